"""Faults on demand: what the next requests to the events edge should suffer, for trying retries offline."""

from __future__ import annotations

import random
from collections.abc import Mapping

import msgspec

from .answer import LIMITS, MESSAGES, STATUS, TRANSIENT, Body, Refusal


class Fault(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """One fault. Without `n` it strikes once, or for ever when a `rate` is given.

    `status` is an HTTP status, `code` and `subcode` are Graph's; `delay` is in seconds; `drop` closes the connection
    before the events are read (`before`) or after they are stored (`after`: the answer is lost); `rate` is the share of
    requests it strikes, drawn from `seed`; `retry_after` (seconds) and `usage` (percent) become headers; `html` answers
    as an edge that never reached Graph; `pixel_id` spares all others.
    """

    n: int | None = None
    status: int | None = None
    code: int | None = None
    subcode: int | None = None
    message: str | None = None
    is_transient: bool | None = None
    delay: float = 0.0
    drop: str | bool = False
    rate: float | None = None
    seed: int = 0
    retry_after: int | None = None
    usage: int | None = None
    html: bool = False
    pixel_id: str | None = None

    @property
    def answers(self) -> bool:
        """Whether the fault takes the place of the answer; one that only delays does not."""
        return self.status is not None or self.code is not None or self.html

    def refusal(self) -> Refusal:
        code = self.code if self.code is not None else _code_for(self.status or 500)
        status = self.status if self.status is not None else STATUS.get(code, 400)
        transient = self.is_transient if self.is_transient is not None else code in TRANSIENT
        return Refusal(
            code,
            self.message or MESSAGES.get(code, f"(#{code}) Fault"),
            self.subcode,
            status=status,
            transient=transient,
        )

    def headers(self, app: str = "sandbox") -> dict[str, str]:
        """`Retry-After` and the usage headers Meta sends beside a limit."""
        headers = {}
        if self.retry_after is not None:
            headers["retry-after"] = str(self.retry_after)
        usage = self.usage if self.usage is not None else (100 if self.code in LIMITS else None)
        if usage is not None:
            load = {"call_count": usage, "total_cputime": usage, "total_time": usage}
            minutes = -(-self.retry_after // 60) if self.retry_after is not None else 1
            business = {
                **load,
                "type": "ads_management",
                "estimated_time_to_regain_access": minutes if usage >= 100 else 0,
                "ads_api_access_tier": "standard_access",
            }
            headers["x-app-usage"] = msgspec.json.encode(load).decode()
            headers["x-business-use-case-usage"] = msgspec.json.encode({app: [business]}).decode()
        return headers


class Faults:
    """The faults to come, in the order they were asked for; one request suffers at most one of them."""

    def __init__(self) -> None:
        self._coming: list[tuple[Fault, random.Random]] = []

    def ask(self, body: bytes) -> str | None:
        """Add the fault, or list of faults, in a JSON body; returns what is wrong with it, or nothing."""
        try:
            asked = msgspec.json.decode(body, type=list[Fault] | Fault)
        except (msgspec.DecodeError, RecursionError) as error:
            return str(error)
        faults = asked if isinstance(asked, list) else [asked]
        for fault in faults:
            if wrong := _wrong(fault):
                return wrong
        for fault in faults:
            if fault.n is None and fault.rate is None:
                fault.n = 1
            self._coming.append((fault, random.Random(fault.seed)))
        return None

    def strike(self, pixel_id: str) -> Fault | None:
        """The fault this request suffers, if any."""
        for place, (fault, chance) in enumerate(self._coming):
            if fault.pixel_id is not None and fault.pixel_id != pixel_id:
                continue
            if fault.rate is not None and chance.random() >= fault.rate:
                continue
            if fault.n is not None:
                fault.n -= 1
                if fault.n <= 0:
                    del self._coming[place]
            return fault
        return None

    def clear(self) -> None:
        self._coming.clear()

    def listing(self) -> list[Body]:
        return [msgspec.to_builtins(fault) for fault, _ in self._coming]


def _wrong(fault: Fault) -> str | None:
    limits: Mapping[str, bool] = {
        "n must be 1 or more": fault.n is None or fault.n >= 1,
        "status must be an HTTP status from 200 to 599": fault.status is None or 200 <= fault.status <= 599,
        "delay must be from 0 to 600 seconds": 0 <= fault.delay <= 600,
        "rate must be above 0 and at most 1": fault.rate is None or 0 < fault.rate <= 1,
        "drop must be before, after, true or false": fault.drop in (True, False, "before", "after"),
        "usage must be a percentage of 0 or more": fault.usage is None or fault.usage >= 0,
        "retry_after must be 0 or more": fault.retry_after is None or fault.retry_after >= 0,
    }
    return next((text for text, holds in limits.items() if not holds), None)


def _code_for(status: int) -> int:
    return {401: 190, 403: 200, 429: 4, 503: 2}.get(status, 1 if status >= 500 else 100)
