"""A captured hit goes all the way: to its trace, to the local Meta, and together with the browser's copy."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs

from container.hit_file import read_hits
from tests.processes.server import AGENT, PIXEL, TOKEN, Server, serving

ROOT = Path(__file__).parents[2]
SHIPPED = (ROOT / "config.yaml").read_text().replace("127.0.0.1:8080", "127.0.0.1:0")
PURCHASE = next(hit for hit in read_hits(ROOT / "tests" / "hits" / "ga4.jsonl") if hit.id == "ga4-walkeros-purchase")
CONSENTING = {"cookie": "cmp_marketing=yes", "user-agent": AGENT}


def purchase(server: Server, **headers: str) -> object:
    """Send the captured purchase with its own path, query and body."""
    return server.http.request(
        PURCHASE.method,
        f"{server.url}{PURCHASE.path}?{PURCHASE.query_string}",
        content=PURCHASE.body,
        headers={**PURCHASE.headers, **CONSENTING, **headers, "host": "shop.example"},
    )


def test_a_captured_purchase_is_shown_kept_delivered_and_deduplicated(tmp_path: Path) -> None:
    said = {name: values[-1] for name, values in parse_qs(PURCHASE.query_string + "&" + PURCHASE.text).items()}
    with serving(tmp_path, SHIPPED) as server:
        answer = purchase(server, **{"X-Tagdock-Preview": TOKEN})
        assert answer.status_code == 200
        trace = answer.json()
        assert trace["client"] == "browser"
        (event,) = trace["events"]
        assert event["event"]["event_name"] == "purchase"
        assert event["event"]["client_id"] == said["cid"]
        (tag,) = event["tags"]
        assert (tag["tag"], tag["type"], tag["outcome"], tag["reason"]) == ("meta", "meta_capi", "fired", "purchase")
        (kept,) = server.delivered(1, channel="server")
        assert (kept["pixel_id"], kept["deduplicated"]) == (PIXEL, False)
        sent = kept["event"]
        assert sent["event_name"] == "Purchase"
        assert sent["event_id"] == tag["payload"]["event_id"]
        assert sent["custom_data"]["value"] == float(said["epn.value"])
        assert sent["custom_data"]["currency"] == said["ep.currency"]
        assert "access_token" not in str(kept)

        # The browser's copy comes later: of two, the second does not count.
        copy = {"id": PIXEL, "ev": "Purchase", "eid": sent["event_id"], "cd[value]": "1", "cd[currency]": "EUR"}
        assert server.get("/sandbox/tr", params=copy).status_code == 200
        both = server.delivered(2)
        assert [(one["channel"], one["deduplicated"]) for one in both] == [("server", False), ("browser", True)]
        assert server.get("/sandbox/all").json()["deduplicated"] == 1


def test_the_same_purchase_sent_twice_is_delivered_once(tmp_path: Path) -> None:
    with serving(tmp_path, SHIPPED) as server:
        for _ in range(3):
            assert purchase(server).status_code in (200, 204)
        server.delivered(1)
        assert server.stop() == 0
        server.start()
        assert len(server.good()) == 1
        assert 'end="suppressed",tag="meta"} 2.0' in server.get("/-/metrics").text


def test_raw_personal_data_of_a_hit_is_in_no_file_that_is_kept_and_not_in_the_log(tmp_path: Path) -> None:
    # The file itself is kept for going back to it, with the examples its author wrote into its tests. They are nobody's
    # hit; so this is somebody whom no configuration names.
    told = {
        "email_address": "Wilhelmina@Oakenfold.example", "phone_number": "+49 30 1234567",
        "address.first_name": "Wilhelmina", "address.last_name": "Oakenfold", "address.street": "Lindenallee 17",
    }  # fmt: skip
    traces = (b"wilhelmina", b"oakenfold", b"lindenallee", b"301234567", b"30 1234567", b"30+1234567", b"30%201234567")
    assert not [one for one in traces if one in SHIPPED.lower().encode()]
    with serving(tmp_path, SHIPPED) as server:
        query = {"v": "2", "tid": "G-1", "cid": "7.8", "gcs": "G111", "en": "purchase", "epn.value": "12", "cu": "EUR"}
        person = {f"ep.user_data.{name}": value for name, value in told.items()}
        server.post("/g/collect", params={**query, **person, "ep.event_id": "o-9"}, headers=CONSENTING)
        # One that is never sent, for want of consent, leaves no more than one that is.
        server.post("/g/collect", params={**query, **person, "gcs": "G100", "ep.event_id": "o-10"})
        (kept,) = server.delivered(1)
        digest = sha256(b"wilhelmina@oakenfold.example").hexdigest()
        assert digest in str(kept["event"]["user_data"]["em"])
        assert server.stop() == 0
    files = [one for one in (tmp_path / "data").rglob("*") if one.is_file()]
    assert {"outbox.sandbox.db", "sandbox.db"} <= {one.name for one in files}
    assert SHIPPED.encode() in {one.read_bytes() for one in files}, "the version that ran is kept"
    for file in [*files, server.stderr]:
        content = file.read_bytes().lower()
        for trace in traces:
            assert trace not in content, f"{trace!r} in {file}"
