"""The transformation ``redact``: personal data in texts is replaced."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from container.component import Transformation
from container.context import Context
from container.event import Event, path_parts
from container.kinds import Choice, ListOf, Text
from container.personal import SORTS, redact
from container.problem import Complaint
from container.reshape import rewrite
from container.schema import option

_CARRIERS = frozenset({"user_data", "automatic_user_data", "ip_override"})
"""Fields that are there to carry personal data, which tags hash or send on purpose."""


class RedactTransformation(Transformation):
    """Replaces personal data in texts, wherever it slipped into: addresses of pages, titles, search terms.

    ```yaml
    transformations:
      clean: redact
      clean_pages: { redact: [page_location, page_referrer] }
      no_mail_in_notes:
        redact: { fields: [items.note, custom_data], patterns: [email, phone], replacement: "***" }
        for: partner
    ```

    Without `fields` it looks at every text of the event but those of `user_data`, `automatic_user_data` and
    `ip_override`, which are there to carry personal data; name such a field to have it looked at too, or `exclude` it.
    """

    fields: list[str] = option(
        ListOf(Text()),
        "The fields to look at, with all they hold; without any, the whole event.",
        default=[],
        bare=True,
    )
    patterns: list[str] = option(
        ListOf(Choice(*SORTS)), "Which sorts of personal data; without any, every sort.", default=[]
    )
    replacement: str = option(Text(empty=True), "What stands in its place.", default="(redacted)")

    @classmethod
    def explanation(cls) -> str:
        """The docstring, with every pattern."""
        words = [f"- `{word}`: {one.help}" for word, one in SORTS.items()]
        return "\n".join([super().explanation(), "", "Patterns:", "", *words])

    def ready(self) -> None:
        self._sorts = [word for word in SORTS if word in self.patterns or not self.patterns]
        self._paths = [path_parts(path) for path in self.fields]

    def complaints(self) -> Iterable[Complaint]:
        """A replacement that would be taken for personal data itself."""
        if redact(self.replacement, self._sorts, "") != self.replacement:
            yield Complaint("replacement", "the replacement looks like personal data itself", "write another one")

    def apply(self, context: Context) -> Event:
        event = context.event
        if not self._paths:
            return {key: one if key in _CARRIERS else self._clean(one) for key, one in event.items()}
        for path, parts in zip(self.fields, self._paths, strict=True):
            event = rewrite(event, (path,) if path in event else parts, self._clean)
        return event

    def _clean(self, value: Any) -> Any:
        if isinstance(value, str):
            return redact(value, self._sorts, self.replacement)
        if isinstance(value, dict):
            return {key: self._clean(one) for key, one in value.items()}
        return [self._clean(one) for one in value] if isinstance(value, list) else value
