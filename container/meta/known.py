"""The known: texts of hits that were looked at and found to need nothing, so that they are looked at once."""

_MOST = 2048
_LONGEST = 512


class Known(set[str]):
    """A set that stays small: the visitors of a site share most of its addresses, and each has one browser."""

    def remember(self, text: str) -> None:
        """Keep a text, unless it is out of proportion."""
        if len(text) <= _LONGEST:
            if len(self) >= _MOST:
                self.clear()
            self.add(text)
