"""The variable ``url``: a part of an address."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import SplitResult, urlsplit

from container.component import Variable
from container.context import Context
from container.expression import Expression
from container.hit import parse_parameters
from container.kinds import Boolean, Choice, Templated, Text
from container.problem import Complaint
from container.schema import option

_PORTS = {"http": "80", "https": "443"}


def _port(parts: SplitResult) -> str:
    return _PORTS.get(parts.scheme, "") if parts.port is None else str(parts.port)


def _host(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2].lower()


def _extension(parts: SplitResult) -> str:
    name = parts.path.rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name else ""


_PARTS: dict[str, Callable[[SplitResult], str]] = {
    "href": lambda parts: parts.geturl(),
    "protocol": lambda parts: parts.scheme,
    "host": _host,
    "hostname": lambda parts: parts.hostname or "",
    "port": _port,
    "path": lambda parts: parts.path or ("/" if parts.netloc else ""),
    "query": lambda parts: parts.query,
    "fragment": lambda parts: parts.fragment,
    "extension": _extension,
}


class UrlVariable(Variable):
    """A part of the page's address, or of another one.

    ```yaml
    hostname: { url: { part: hostname, strip_www: true } }
    campaign: { url: { query: utm_campaign }, default: none }
    came_from: { url: { part: hostname, of: "{{ event.page_referrer }}" } }
    ```

    For `https://www.shop.example:8443/a/list.html?size=9&x#top` the parts are: `href` the whole, `protocol` https,
    `host` www.shop.example:8443, `hostname` www.shop.example, `port` 8443 (else the protocol's own, 443 or 80), `path`
    /a/list.html, `query` size=9&x, `fragment` top, `extension` html. A part that is not there has no value.
    """

    part: str = option(Choice(*_PARTS), "Which part.", default="href", bare=True)
    query: str | None = option(
        Text(), "A parameter of the query, such as gclid, decoded; the first one when it is repeated.", default=None
    )
    of: Expression | None = option(
        Templated(), 'The address, such as "{{ event.page_referrer }}"; without it that of the page.', default=None
    )
    strip_www: bool = option(Boolean(), "Whether www. is taken off a host or hostname.", default=False)

    def ready(self) -> None:
        self._take = _PARTS[self.part]

    def complaints(self) -> Iterable[Complaint]:
        """Options that say different things."""
        if self.query is not None and self.part not in {"href", "query"}:
            yield Complaint("query", f"a parameter is no part of the {self.part}", "remove part, or remove query")
        if self.strip_www and (self.query is not None or self.part not in {"host", "hostname"}):
            yield Complaint("strip_www", "only a host or hostname begins with www.", "add part: hostname, or remove it")

    def read(self, context: Context) -> str | None:
        url = context.event.get("page_location") if self.of is None else self.of.read(context)
        if not isinstance(url, str):
            return None
        if self.part == "href" and self.query is None:
            return url or None
        try:
            parts = urlsplit(url)
            if self.query is not None:
                return next((value for name, value in parse_parameters(parts.query) if name == self.query), None)
            found = self._take(parts)
        except ValueError:  # not an address after all, or a port beyond what there is
            return None
        return (found.removeprefix("www.") if self.strip_www else found) or None
