"""Graph's answers to an upload: accepted, try again, one event is bad, or the destination itself is refused."""

import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal, NamedTuple

from container.meta.blame import blamed

Action = Literal["done", "later", "split", "bury", "park"]

LONGEST_PAUSE: Final = 24 * 3600.0
RATE_PAUSE: Final = 60.0  # the shorter of Meta's two blocks, for a limit that names no time
POLICY_PAUSE: Final = 3600.0

_PARKED: Final = frozenset((3, 10, 102, 190, *range(200, 300)))
_LIMITED: Final = frozenset((4, 17, 32, 341, 613, 80000, 80003, 80004, 80014))
_PASSING: Final = frozenset((1, 2, 5000, 21009))
_POLICY: Final = 368
_PARAMETER: Final = 100
_NO_OBJECT: Final = 33


class Judgement(NamedTuple):
    """What to do with the events of a request, why, and after how many seconds at the earliest when that is known.

    `at` is the place of the event at fault, when Graph says which it is.
    """

    action: Action
    reason: str
    retry_after: float | None = None
    at: int | None = None


def judge(status: int, body: bytes, headers: Mapping[str, str], count: int = 1) -> Judgement:
    """What Graph's answer to `count` events means: by error code, then `is_transient`, then HTTP status.

    A refusal for one event's sake refuses the whole batch, so it is `split` until the bad event is alone, then `bury`.
    A refused token, permission or pixel is `park`. `status` 0 means that there was no answer.
    """
    answer = read(body)
    error = answer.get("error") if answer else None
    if isinstance(error, dict):
        return _by_code(error, status, _lower(headers), count)
    if 200 <= status < 300:
        if body.strip() and answer is None:
            return Judgement("later", f"HTTP {status} without Graph's JSON, so it came from something before Graph")
        return Judgement("done", f"HTTP {status}")
    return _by_status(status, _lower(headers), count, html=body.lstrip()[:1] == b"<")


def read(body: bytes) -> dict[str, Any] | None:
    """The answer as an object, None when it is no JSON object."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def described(error: Mapping[str, Any]) -> str:
    """A Graph error in words: code, subcode, title and message; delivery masks and cuts them. A token's own trouble is
    told without Graph's message, which may repeat the token."""
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    numbers = f"Graph error {code}" + (f"/{subcode}" if subcode else "")
    words = [error.get("error_user_title"), error.get("error_user_msg")]
    if code != 190 and not any(isinstance(word, str) and word for word in words):
        words = [error.get("message")]
    text = ": ".join(word for word in words if isinstance(word, str) and word)
    return f"{numbers}: {text}" if text else numbers


def _by_code(error: Mapping[str, Any], status: int, headers: Mapping[str, str], count: int) -> Judgement:
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    reason = described(error)
    if code in _PARKED or (code == _PARAMETER and subcode == _NO_OBJECT):
        return Judgement("park", reason)
    if code in _LIMITED:
        return Judgement("later", reason, _pause(headers) or RATE_PAUSE)
    if code == _POLICY:
        return Judgement("later", reason, max(_pause(headers) or 0.0, POLICY_PAUSE))
    if code in _PASSING:
        return Judgement("later", reason, _pause(headers))
    if code in (_PARAMETER, 105):
        return Judgement("split", reason, at=blamed(error)) if count > 1 else Judgement("bury", reason)
    if error.get("is_transient") is True:
        return Judgement("later", reason, _pause(headers))
    return _by_status(status, headers, count)._replace(reason=reason)


def _by_status(status: int, headers: Mapping[str, str], count: int, *, html: bool = False) -> Judgement:
    reason = f"HTTP {status}" if status else "no answer"
    if status == 0 or status >= 500 or status in (408, 425, 429) or html:
        return Judgement("later", reason, _pause(headers) or (RATE_PAUSE if status == 429 else None))
    if status in (401, 403, 404) or status < 400:
        return Judgement("park", reason)
    return Judgement("split" if count > 1 else "bury", reason)


def _pause(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait by `Retry-After` and the usage headers, the longest of them; None when none says so."""
    pauses = [
        _retry_after(headers),
        *_usage(headers.get("x-business-use-case-usage") or headers.get("x-business-use-case"),
                "estimated_time_to_regain_access", 60.0),
        *_usage(headers.get("x-ad-account-usage"), "reset_time_duration", 1.0),
    ]  # fmt: skip
    known = [pause for pause in pauses if pause is not None and pause > 0]
    return min(max(known), LONGEST_PAUSE) if known else None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    said = headers.get("retry-after", "").strip()
    if said.isdigit() and len(said) < 10:
        return float(said)
    try:
        then, now = parsedate_to_datetime(said), parsedate_to_datetime(headers.get("date", ""))
        return (then - now).total_seconds()
    except (ValueError, TypeError):
        return None


def _usage(header: str | None, name: str, unit: float) -> list[float]:
    """The times of one name anywhere in a usage header, which is an object of lists of objects, or one object."""
    found: list[float] = []
    if header:
        try:
            waiting: list[Any] = [json.loads(header)]
        except (ValueError, RecursionError):
            return found
        while waiting:
            one = waiting.pop()
            if isinstance(one, dict):
                value = one.get(name)
                if isinstance(value, (int, float)) and not isinstance(value, bool):
                    found.append(value * unit)
                waiting += one.values()
            elif isinstance(one, list):
                waiting += one
    return found


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
