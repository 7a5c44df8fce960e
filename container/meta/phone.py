"""National telephone numbers made international, for which Meta wants the country code and people leave it out."""

from container.meta.text import digits, text


def available() -> bool:
    """Is the `phonenumbers` package there (the extra `tagdock[phone]`)?"""
    try:
        import phonenumbers  # noqa: F401
    except ImportError:
        return False
    return True


def international(value: object, country: str) -> str | None:
    """The digits of a number with its country code, a national one taken to be of `country` (ISO alpha-2); None when
    it can be no number there. A number that begins with `+` or `00`, or has the country code already, keeps it."""
    import phonenumbers

    written = text(value)[:250]
    if written.lstrip(" (").startswith(("+", "00")):
        return digits(written).lstrip("0")
    try:
        number = phonenumbers.parse(written, country.upper())
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number(number):
        return f"{number.country_code}{phonenumbers.national_significant_number(number)}"
    try:  # perhaps the country code is there and only the plus sign is missing
        number = phonenumbers.parse("+" + digits(written))
    except phonenumbers.NumberParseException:
        return None
    return digits(written) if phonenumbers.is_possible_number(number) else None
