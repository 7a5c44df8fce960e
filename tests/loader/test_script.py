"""The loader's script as it is served: small, checked by its tag, safe to load from anywhere."""

from __future__ import annotations

import gzip
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from container.web.loader.copies import hits
from container.web.loader.script import PARTS, compressed, stripped
from tests.processes.server import AGENT
from tests.web.served import CONFIG, Served, served

SOURCES = Path(__file__).parents[2] / "container" / "web" / "loader"
NAMES = ("loader", *PARTS)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("app")) as one:
        yield one


def test_what_every_visitor_loads_fits_into_four_kilobytes() -> None:
    assert len(compressed("loader")) <= 4096
    assert all(len(compressed(part)) <= 4096 for part in PARTS)


@pytest.mark.parametrize("name", NAMES)
def test_stripping_takes_comments_and_indentation_alone(name: str, tmp_path: Path) -> None:
    source = (SOURCES / f"{name}.js").read_text()
    served = tmp_path / "served.js"
    served.write_bytes(stripped(name))
    for file in (served, SOURCES / f"{name}.js"):
        subprocess.run(["node", "--check", str(file)], check=True)
    lines = source.splitlines()
    # What would make stripping by lines unsafe: a text that runs over two of them.
    assert all(line.replace("?^`{", "").count("`") % 2 == 0 for line in lines if not line.strip().startswith("//"))
    assert not any(line.endswith("\\") for line in lines)
    kept = [line.strip() for line in lines if line.strip() and not line.strip().startswith("//")]
    assert stripped(name).decode().split("\n") == kept


@pytest.mark.parametrize("name", NAMES)
def test_each_part_is_served_compressed_and_plain_with_a_tag_of_its_own(app: Served, name: str) -> None:
    target = "/loader.js" if name == "loader" else f"/loader.js?{name}"
    plain, small = app.ask(target), app.ask(target, accept_encoding="br, gzip")
    assert plain.status == small.status == 200
    assert gzip.decompress(small.body) == plain.body == stripped(name)
    assert small.headers["content-encoding"] == "gzip"
    assert plain.headers["etag"] != small.headers["etag"]
    for answer in (plain, small):
        assert re.fullmatch('"[0-9a-f]{32}"', answer.headers["etag"]), "a strong one"
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["cache-control"].startswith("public, max-age=3600")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["vary"] == "Accept-Encoding"


def test_a_browser_that_has_it_is_told_so(app: Served) -> None:
    tag = app.ask("/loader.js").headers["etag"]
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        answer = app.ask("/loader.js", if_none_match=known)
        assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", tag)
    assert app.ask("/loader.js", if_none_match='"other"').status == 200
    assert app.ask("/loader.js", if_none_match="," * 100_000).status == 200


def test_another_query_is_the_loader_and_another_method_is_refused(app: Served) -> None:
    assert app.ask("/loader.js?v=3").body == app.ask("/loader.js?../x").body == stripped("loader")
    assert app.ask("/loader.js", "HEAD").status == 200
    assert app.ask("/loader.js", "POST", b"x").status == 405


HIT = "id=1234567890&ev=Purchase&eid=o-1&tdc=g-g-&td="


def test_its_hits_are_read_as_a_pixel_s_and_their_words_reach_the_sandbox(app: Served) -> None:
    before = app.app.outbox.groups()
    for copy in ("blocked", "sent", "nonsense"):
        body = b"cd%5Bvalue%5D=5&cd%5Bcurrency%5D=EUR"
        answer = app.ask(f"/loader/tr?{HIT}{copy}", "POST", body, origin="https://a.example")
        assert answer.status == 200
        assert answer.headers["access-control-allow-origin"] == "https://a.example"
    assert app.app.outbox.groups() != before
    told = app.client.get("/sandbox/quality").json()["browser_copies"]
    assert [(one["pixel_id"], one["event_name"], one["copies"]) for one in told] == [
        ("1234567890", "Purchase", {"blocked": 1, "sent": 1})
    ]


@pytest.mark.parametrize(
    "query", ["", "td=sent", "ev=&td=sent", "ev=x", "&" * 5000, "ev=%FF%00&td=sent&id=" + "9" * 9999]
)
def test_odd_words_are_no_words(app: Served, query: str) -> None:
    assert app.ask(f"/loader/tr?{query}", "POST", b"x=1").status == 200
    told = app.client.get("/sandbox/quality").json()["browser_copies"]
    assert all(len(one["pixel_id"]) <= 100 for one in told)


def test_its_path_is_the_configuration_s(tmp_path: Path) -> None:
    assert hits("/assets/a.b.js") == "/assets/a.b/tr"
    config = CONFIG.replace("name: test", "name: test, loader: /assets/shop.js")
    with served(tmp_path, config) as app:
        assert app.ask("/assets/shop.js").body == stripped("loader")
        assert app.ask("/loader.js").status == 404
        assert app.ask(f"/assets/shop/tr?{HIT}none", "POST", user_agent=AGENT).status == 200
        assert '"/assets/shop.js"' in app.client.get("/demo/").text


def test_a_live_server_has_the_loader_and_no_shop(tmp_path: Path) -> None:
    config = CONFIG.replace("delivery:", "delivery:\n  to: live").replace("$META_ACCESS_TOKEN", "a-token")
    with served(tmp_path, config) as app:
        assert app.ask("/loader.js").status == 200
        assert app.ask("/demo/").status == 404
        assert app.ask(f"/loader/tr?{HIT}sent", "POST", user_agent=AGENT).status == 200
