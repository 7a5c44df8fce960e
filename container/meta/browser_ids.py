"""The browser's ids: the `fbp` and `fbc` an event is sent with, saved on the visitor's browser where that may be."""

from collections.abc import Mapping
from typing import Any, Final

from container.component import Cookie
from container.context import Context
from container.hit import Hit
from container.meta import browser, cookies, site

_NAMES: Final = frozenset(("fbp", "fbc", "x-fb-ck-fbp", "x-fb-ck-fbc", "x-fb-ud-fbp", "x-fb-ud-fbc"))


def browser_ids(context: Context, given: Mapping[str, Any], *, saves: bool) -> tuple[str | None, str | None]:
    """Browser and click id. `given` is what the configuration says; `saves` asks to set first-party cookies, which is
    done when `ad_storage` is granted."""
    event, hit = context.event, context.hit
    if not (saves or given) and not _may_be_named(event, hit):
        return None, None  # nobody named the browser: what is looked for below is not there
    saves = (
        saves
        and context.consent.get("ad_storage") == "granted"
        and hit.user_agent != ""
        and event.get("user_agent") == hit.user_agent  # the visitor's own browser, not somebody's server
    )
    visit = browser.Visit(
        cookies=hit.cookies,
        referer=hit.referer,
        now=int(context.now * 1000),
        host=hit.host if saves else None,
        minted=context.shared.minted,
    )
    fbp = browser.browser_id(event, given.get("fbp"), visit, lambda: context.chance("fbp"), context.note)
    fbc = browser.click_id(event, given.get("fbc"), visit, context.note)
    if saves:
        known = {cookie.name for cookie in context.shared.cookies}
        domain = site.cookie_domain(hit.host) or ""
        for name, value in (("_fbp", fbp), ("_fbc", fbc)):
            if value and hit.cookies.get(name) != value and name not in known:
                context.shared.cookies.append(Cookie(name, value, cookies.LIFETIME, domain))
    return fbp, fbc


def _may_be_named(event: Mapping[str, Any], hit: Hit) -> bool:
    """Whether an event or its hit may hold a browser id or a click id: a cheap look before the careful one."""
    said = event.get("user_data")
    if event.keys() & _NAMES or (said and isinstance(said, dict)):
        return True
    if "_fb" in hit.headers.get("cookie", "") or "fbclid=" in hit.referer:
        return True
    return "fbclid=" in str(event.get("page_location")) or "fbclid=" in str(event.get("page_referrer"))
