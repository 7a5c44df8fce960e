"""The document: what a valid configuration is in memory. It is built whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from container.component import Client, Condition, Tag, Transformation, Variable
from container.context import Context
from container.event import CONSENT_PURPOSES
from container.kinds import (
    Boolean,
    Choice,
    Duration,
    Group,
    Integer,
    ListOf,
    Network,
    Reference,
    Secret,
    SecretText,
    Size,
    Text,
)
from container.problem import Complaint
from container.schema import Options, option


class ConsoleSection(Options):
    """The console: where it may be seen, what it may show, and a token for those who may only look."""

    public: bool = option(
        Boolean(),
        "Whether it is shown to other machines and under other names than localhost; put HTTPS before it.",
        default=False,
    )
    reveal: bool | None = option(
        Boolean(),
        "Whether personal data of a hit may be shown in clear on request; by default in sandbox mode only.",
        default=None,
    )
    read_only_token: SecretText = option(
        Secret(), "A token that shows everything and changes nothing.", default=SecretText("")
    )


class ContainerSection(Options):
    """The container itself: its name, where it listens, whom it answers and believes."""

    name: str = option(Text(), "What the container is called in pages and logs.", default="tagdock")
    listen: str = option(
        Text(r"[^\s:]+:\d{1,5}|\[[0-9a-fA-F:]+\]:\d{1,5}", example="127.0.0.1:8080"),
        "Address and port to listen on.",
        default="127.0.0.1:8080",
    )
    origins: list[str] = option(
        ListOf(Text(r"https?://[^/\s]+", example="https://shop.example")),
        "Pages' origins that may read answers; with none written any origin is answered.",
        default=[],
    )
    trusted_proxies: list[str] = option(
        ListOf(Network()),
        "Addresses or networks of your own proxies, whose forwarding headers tell the visitor's address.",
        default=[],
    )
    log: str = option(
        Choice("readable", "json"),
        "How the log is written: lines for people, or JSON for programs.",
        default="readable",
    )
    body_limit: int = option(Size(), "The largest body of a hit that is read.", default=256 * 1024)
    loader: str = option(
        Text(r"/[\w./-]*\.js", example="/loader.js"),
        "Path of the script for pages; it sends its hits to the same path with /tr in place of .js.",
        default="/loader.js",
    )
    console: ConsoleSection = option(Group(ConsoleSection), "The console at /console/.", default=ConsoleSection())

    def complaints(self) -> Iterable[Complaint]:
        """A port that cannot be."""
        if int(self.listen.rpartition(":")[2]) > 65535:
            yield Complaint("listen", "a port is at most 65535", "write a port such as 8080")

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to listen on."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


class LimitedDataUseSection(Options):
    """When Meta is told to limit its use of an event's data, and for which country and state."""

    when: str = option(Reference("trigger"), "The trigger that says so.", bare=True)
    country: int = option(Integer(0, 1), "1 for the USA, 0 to let Meta locate the event.", default=0)
    state: int = option(Integer(0, 9999), "Meta's number of the state, such as 1000 for California.", default=0)


class ConsentSection(Options):
    """What may happen without a visitor's explicit word, and which triggers grant a purpose."""

    when_unset: str = option(
        Choice("denied", "granted"), "How a purpose counts that nobody spoke about.", default="denied"
    )
    implicit: str = option(
        Choice("ignored", "used"),
        "Whether the state Google's tag assumed for the region counts where the site said nothing.",
        default="ignored",
    )
    ad_storage: str | None = option(Reference("trigger"), "A trigger that grants ad_storage.", default=None)
    analytics_storage: str | None = option(
        Reference("trigger"), "A trigger that grants analytics_storage.", default=None
    )
    ad_user_data: str | None = option(Reference("trigger"), "A trigger that grants ad_user_data.", default=None)
    ad_personalization: str | None = option(
        Reference("trigger"), "A trigger that grants ad_personalization.", default=None
    )
    limited_data_use: LimitedDataUseSection | None = option(
        Group(LimitedDataUseSection), "Meta's Limited Data Use.", default=None
    )

    def granting(self) -> dict[str, str]:
        """The trigger that grants each purpose, where there is one."""
        found = {purpose: getattr(self, purpose) for purpose in CONSENT_PURPOSES}
        return {purpose: trigger for purpose, trigger in found.items() if trigger is not None}


class BatchSection(Options):
    """How many payloads share a request, and how long the first of them waits for the others."""

    at_most: int = option(Integer(1, 1000), "The most payloads in one request.", default=500)
    wait: float = option(Duration(), "The longest a payload waits for company.", default=1.0)


class RetrySection(Options):
    """How a payload that could not be delivered is tried again."""

    first: float = option(Duration(), "The first pause; it doubles each time, with a random share of it.", default=1.0)
    longest: float = option(Duration(), "The longest pause.", default=900.0)
    give_up_after: float = option(Duration(), "The age at which a payload is given up as dead.", default=86400.0)


class OutboxLimitSection(Options):
    """How large the outbox may grow before hits are refused with 503, and how old what waits in it."""

    payloads: int = option(Integer(1), "The most payloads waiting.", default=5_000_000)
    bytes: int = option(Size(), "The most bytes its files may fill, dead letters too.", default=8 * 1024**3)
    age: float = option(
        Duration(), "The longest a payload waits, parked or not; then it is dead.", default=30 * 86400.0
    )


class LedgerSection(Options):
    """The record of processing: how long it tells of what was sent where, and of what was not."""

    keep: float = option(Duration(), "How long an entry is kept.", default=180 * 86400.0)
    bytes: int = option(
        Size(), "The most bytes its entries may fill; beyond, the oldest are dropped.", default=2 * 1024**3
    )


class DeliverySection(Options):
    """How payloads leave, and what happens when they cannot."""

    to: str = option(
        Choice("sandbox", "live"), "Where payloads go: the local stand-in or the vendors.", default="sandbox"
    )
    outbox: str = option(
        Text(r"sqlite:.+", example="sqlite:data/outbox.db"),
        "Where accepted payloads are kept until delivered.",
        default="sqlite:data/outbox.db",
    )
    batch: BatchSection = option(Group(BatchSection), "How payloads share requests.", default=BatchSection())
    retry: RetrySection = option(Group(RetrySection), "How failures are tried again.", default=RetrySection())
    limit: OutboxLimitSection = option(
        Group(OutboxLimitSection), "How large the outbox may grow.", default=OutboxLimitSection()
    )
    ledger: LedgerSection = option(Group(LedgerSection), "The record of processing.", default=LedgerSection())

    @property
    def store(self) -> str:
        """The address of the outbox to open. What was tried against the sandbox has a file of its own, so that none of
        it can reach a vendor, nor pass for sent, on the day ``to`` becomes live."""
        return self.outbox if self.to == "live" else self.tried

    @property
    def tried(self) -> str:
        """The address of the outbox of what is tried against the sandbox."""
        engine, _, path = self.outbox.partition(":")
        file = PurePath(path)
        return f"{engine}:{file.with_name(f'{file.stem}.sandbox{file.suffix}')}"


@dataclass(slots=True)
class Trigger:
    """A named set of conditions that must all hold."""

    name: str
    conditions: list[Condition]

    def holds(self, context: Context) -> bool:
        """Whether every condition holds."""
        for condition in self.conditions:  # noqa: SIM110 - all() would make a generator for every trigger and hit
            if not condition.holds(context):
                return False
        return True

    def why_not(self, context: Context) -> str:
        """The first condition that does not hold, with the value it saw."""
        return next((one.why(context) for one in self.conditions if not one.holds(context)), "every condition holds")

    def missed(self, context: Context) -> str:
        """The same in the words of the file alone, without the value."""
        return next((one.missed(context) for one in self.conditions if not one.holds(context)), "every condition holds")

    def why(self, context: Context) -> str:
        """What made it hold, or the first condition that does not, each with the value it saw."""
        if not self.holds(context):
            return self.why_not(context)
        return " and ".join(one.why(context) for one in self.conditions)

    def told(self, context: Context) -> str:
        """Why, with its name when it has one: conditions may be written out where a name could stand."""
        return f"{self.name} ({self.why(context)})" if self.name else self.why(context)

    def event_names(self) -> frozenset[str] | None:
        """The only event names it can hold for, or None."""
        names: frozenset[str] | None = None
        for condition in self.conditions:
            own = condition.event_names()
            if own is not None:
                names = own if names is None else names & own
        return names


@dataclass(slots=True)
class Change:
    """A transformation of the file: for every tag, or only for those in ``tags``."""

    name: str
    transformation: Transformation
    tags: frozenset[str] | None


@dataclass(slots=True)
class Binding:
    """A tag of the file with its routing: which triggers fire it, which block it, which consent it needs."""

    name: str
    tag: Tag
    fires_on: tuple[Trigger, ...]
    blocked_by: tuple[Trigger, ...]
    needs_consent: tuple[str, ...]
    changes: tuple[Change, ...] = ()


@dataclass(eq=False)
class Configuration:
    """A whole configuration, valid by construction."""

    file: str = "config.yaml"
    container: ContainerSection = field(default_factory=ContainerSection)
    clients: dict[str, Client] = field(default_factory=dict)
    variables: dict[str, Variable] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    consent: ConsentSection = field(default_factory=ConsentSection)
    changes: tuple[Change, ...] = ()
    bindings: tuple[Binding, ...] = ()
    delivery: DeliverySection = field(default_factory=DeliverySection)
    tests: Any = None
    derived: dict[str, Any] = field(default_factory=dict, repr=False)
    """What readers of the configuration worked out of it once."""

    def __post_init__(self) -> None:
        names = {name for one in self.bindings for name in _names(one)}
        self._by_name = {name: self._candidates(name) for name in names}
        self._any_name = self._candidates(None)
        self.clients_by_priority = tuple(
            sorted(self.clients.items(), key=lambda named: -named[1].priority)  # a stable sort keeps the file's order
        )

    def candidates(self, event_name: str) -> tuple[tuple[Binding, tuple[Trigger, ...]], ...]:
        """The tags that could fire for an event of this name, with the triggers that could; on most hits few do."""
        return self._by_name.get(event_name, self._any_name)

    def _candidates(self, name: str | None) -> tuple[tuple[Binding, tuple[Trigger, ...]], ...]:
        found = []
        for one in self.bindings:
            triggers = tuple(
                trigger for trigger in one.fires_on if (own := trigger.event_names()) is None or name in own
            )
            if triggers:
                found.append((one, triggers))
        return tuple(found)

    @property
    def tags(self) -> dict[str, Tag]:
        """The tags by their name in the file."""
        return {one.name: one.tag for one in self.bindings}


def _names(binding: Binding) -> frozenset[str]:
    """The event names its triggers mention."""
    return frozenset().union(*(trigger.event_names() or () for trigger in binding.fires_on))
