"""Graph's words: the success body, and the error body for every refusal the sandbox knows."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from .finding import Finding

Body = dict[str, object]

# What HTTP status Graph gives with a code when nothing else is said; 400 otherwise, even for calls worth retrying.
STATUS = {1: 500, 2: 503, 10: 403, 190: 401, 200: 403}
TRANSIENT = frozenset((1, 2, 4, 17, 32, 341, 368, 613, 5000, 21009, 80000, 80003, 80004, 80014))
LIMITS = frozenset((4, 17, 32, 613, 80000, 80003, 80004, 80014))
MESSAGES = {
    1: "An unknown error occurred",
    2: "Service temporarily unavailable",
    4: "(#4) Application request limit reached",
    17: "(#17) User request limit reached",
    32: "(#32) Page request limit reached",
    190: "Error validating access token: the token is no longer valid",
    613: "(#613) Calls to this api have exceeded the rate limit",
    80004: "(#80004) There have been too many calls to this ad-account",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused request: Graph's error fields, the HTTP status, and what is to blame (a dotted path, or nothing)."""

    code: int
    message: str
    subcode: int | None = None
    title: str | None = None
    text: str | None = None
    status: int | None = None
    transient: bool | None = None
    blame: tuple[str, ...] = ()

    @property
    def http_status(self) -> int:
        return self.status if self.status is not None else STATUS.get(self.code, 400)

    def error(self, trace: str) -> Body:
        """The `error` object of the answer."""
        error: Body = {"message": self.message, "type": "OAuthException", "code": self.code}
        if self.blame:
            error["error_data"] = {"blame_field_specs": [list(self.blame)]}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        transient = self.transient if self.transient is not None else self.code in TRANSIENT
        if transient or self.title:
            error["is_transient"] = transient
        if self.title:
            error["error_user_title"] = self.title
            error["error_user_msg"] = self.text or self.title
        error["fbtrace_id"] = trace
        return error


def success(received: int, trace: str) -> Body:
    return {"events_received": received, "messages": [], "fbtrace_id": trace}


def new_trace() -> str:
    """An id as Graph gives one to every answer, for telling answers apart."""
    return "A" + secrets.token_urlsafe(16)


def refused_event(finding: Finding, field: str, index: int, of: int) -> Refusal:
    """The whole batch is refused for one finding of its event number `index`."""
    path = ("data", str(index), *field.split("."))
    where = field if of == 1 else f"{field} of event {index + 1} of {of}"
    return Refusal(
        100, "Invalid parameter", finding.subcode, finding.title, f"{finding.text} {finding.mend} ({where})", blame=path
    )


def invalid(message: str, *blame: str) -> Refusal:
    return Refusal(100, f"(#100) {message}", blame=blame)


def missing_token() -> Refusal:
    return Refusal(190, "Invalid OAuth access token - Cannot parse access token")


def unknown_token() -> Refusal:
    return Refusal(190, "Invalid OAuth access token - the token is not known to this pixel")


def unknown_object(identity: str) -> Refusal:
    return Refusal(
        100,
        f"Unsupported request. Object with ID '{identity[:40]}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation",
        33,
    )


def expired_version(version: str, newest: str) -> Refusal:
    return Refusal(
        2635, f"(#2635) You are calling a deprecated version of the API ({version[:12]}). Please update to {newest}."
    )


def unknown_version(version: str) -> Refusal:
    return Refusal(2500, f"Unknown path components: /{version[:40]}")
