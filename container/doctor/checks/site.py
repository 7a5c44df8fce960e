"""Whether the container is of the site's own domain, where browsers let it keep cookies and read them."""

from __future__ import annotations

from urllib.parse import urlsplit

from container.doctor.finding import Finding, fail, ok, skipped, warn
from container.doctor.patient import Patient
from container.meta.site import cookie_domain, is_address


def site(patient: Patient) -> Finding:
    """``container.origins`` is written, and the container's public name has the pages' registrable domain."""
    origins = patient.configuration.container.origins
    host = patient.public
    if not origins:
        text = "container.origins is not written: any page of the web may send hits"
        return warn(text, 'write container: { origins: ["https://shop.example"] } with your pages\' origins')
    plain = [one for one in origins if one.startswith("http://") and not _local(one)]
    if plain:
        return warn(f"{plain[0]} is not https: cookies marked Secure never get there", "serve the pages by https")
    if not host:
        text = f"pages of {', '.join(origins)[:120]} may send; the container's own name is not known here"
        return skipped(text, f"tagdock doctor --host {_suggested(origins)}")
    own = cookie_domain(host)
    if own is None:
        return fail(f"{host} can keep no cookie for a domain", f"give it a name such as {_suggested(origins)}")
    hosts = [urlsplit(one).hostname or "" for one in origins]
    others = [one for one in hosts if cookie_domain(one) != own and not _local(f"//{one}")]
    if len(others) == len(hosts):
        return fail(f"{host} is a third party for {others[0]}", f"give it a name such as {_suggested(origins)}")
    if others:
        text = f"{host} is of {own}, a third party for {', '.join(others)}"
        return warn(text, "give the pages of another domain a container name of their own")
    if host in hosts:
        return ok(f"{host} is a page's own host; its cookies are {own}'s")
    return ok(f"{host} is of the pages' domain; cookies are shared on {own}")


def _suggested(origins: list[str]) -> str:
    host = next((found for one in origins if (found := urlsplit(one).hostname or "") and not _local(one)), "")
    return f"data.{cookie_domain(host) or 'shop.example'}"


def _local(origin: str) -> bool:
    host = urlsplit(origin).hostname or ""
    return host == "localhost" or host.endswith(".localhost") or is_address(host)
