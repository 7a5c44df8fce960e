"""The codes: what Graph's error codes say in plain words, and what is to be done about each.

What the container itself does about them is in ``answers``. Sources: the error reference of the Graph API, the
Conversions API's own errors, and what its other clients have seen (docs/meta.md).
"""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Words(NamedTuple):
    """What an answer means, and what people do about it: a sentence each."""

    means: str
    mend: str


_ITSELF: Final = "Nothing is to be done: it is tried again by itself"
_PAUSE: Final = f"{_ITSELF}, after the pause Meta names."
_RESUME: Final = "then reload the configuration, or resume the destination on the page Delivery."
_NEXT: Final = "the next are taken then. This one is sent as it was made, so it would be refused again."

_TOKEN: Final = (
    f"Make a new access token in Meta's Events Manager and put it where access_token is read from; {_RESUME}"
)
_RIGHT: Final = f"Let the token's user send events for this pixel, in Meta's Business settings; {_RESUME}"

_ACCOUNT_LIMIT: Final = Words("The calls Meta allows for this account are used up for now.", _PAUSE)
_PERMISSION: Final = Words("The access token has no right to send events for this pixel.", _RIGHT)

_CODES: Final[Mapping[int, Words]] = {
    1: Words("Meta had an error of its own that it does not name.", f"{_ITSELF}."),
    2: Words("Meta's service is not available for the moment.", f"{_ITSELF}."),
    3: Words("The app of the access token may not make this call.", _RIGHT),
    4: Words("The calls Meta allows to the app of the access token are used up for now.", _PAUSE),
    10: _PERMISSION,
    17: Words("The calls Meta allows to the user of the access token are used up for now.", _PAUSE),
    32: Words("The calls Meta allows for this page are used up for now.", _PAUSE),
    100: Words(
        "Meta took a field of the event for invalid, or missed one.",
        f"Its words name it where they do. Mend what the page sends, or the tag's options; {_NEXT}",
    ),
    102: Words("The session of the access token is over.", _TOKEN),
    105: Words(
        "The event has more fields than Meta takes.",
        f"Leave some out with a transformation; {_NEXT}",
    ),
    190: Words("The access token is not good: wrong, expired or taken back.", _TOKEN),
    341: Words("A limit of the app was reached for now.", _PAUSE),
    368: Words(
        "Meta has blocked this for a while, since it saw a breach of its policies.",
        "Look for its notice in Meta's Business Support. It is tried again by itself after an hour.",
    ),
    613: Words("There were more calls than Meta allows in a while.", _PAUSE),
    5000: Words("Meta had an error within.", f"{_ITSELF}."),
    21009: Words("Meta could not take the upload just then.", f"{_ITSELF}."),
    80000: _ACCOUNT_LIMIT,
    80003: _ACCOUNT_LIMIT,
    80004: _ACCOUNT_LIMIT,
    80014: _ACCOUNT_LIMIT,
}

_SUBCODES: Final[Mapping[tuple[int, int], Words]] = {
    (100, 33): Words(
        "There is no pixel of this id, or the access token may not see it.",
        f"Compare pixel_id with Meta's Events Manager, and let the token's user send events for it; {_RESUME}",
    ),
    (100, 2804003): Words(
        "The event is older than Meta takes: 7 days, 62 for a shop's own records.",
        "It cannot be sent any more. If it is not that old, event_time is wrong: seconds since 1970 are wanted.",
    ),
    (100, 2804004): Words(
        "The time of the event lies ahead.",
        f"Seconds since 1970 are wanted for event_time: mend the sender's clock or unit; {_NEXT}",
    ),
    (100, 2804008): Words(
        "An item of contents has no id.",
        f"Send item_id with every item, or leave contents out; {_NEXT}",
    ),
    (100, 2804009): Words(
        "A Purchase has no value.",
        f"Send value with every purchase, as a number, or write it with a transformation; {_NEXT}",
    ),
    (100, 2804011): Words(
        "Meta does not take this currency.",
        f"Send an ISO 4217 code that Meta knows, as EUR or USD; {_NEXT}",
    ),
    (100, 2804023): Words(
        "There is a value without its currency.",
        f"Send currency beside every value, as EUR or USD; {_NEXT}",
    ),
    (100, 2804043): Words("The extinfo of app_data is not as Meta wants it.", f"Mend what the app sends; {_NEXT}"),
    (100, 2804050): Words(
        "The event says too little of the customer for Meta to match anybody.",
        f"Send one more key of user_data, best an e-mail address or fbp; {_NEXT}",
    ),
    (100, 2804066): Words(
        "Meta does not take an event of this name for business_messaging.",
        f"Map it to another name with event_names; {_NEXT}",
    ),
    (100, 2804087): Words(
        "The ctwa_clid is no click of an ad.", f"Send it as WhatsApp gave it, or leave it out; {_NEXT}"
    ),
    (190, 460): Words("The access token ended when its user's password was changed.", _TOKEN),
    (190, 463): Words("The access token has expired.", _TOKEN),
    (190, 467): Words("The access token was taken back.", _TOKEN),
}


def explained(code: int, subcode: int = 0) -> Words | None:
    """What an error of Graph's means and what to do; None where neither code nor subcode is known."""
    known = _SUBCODES.get((code, subcode)) or _CODES.get(code)
    return known or (_PERMISSION if 200 <= code < 300 else None)
