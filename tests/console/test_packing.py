"""The request that would be made, without a token or anybody's data in it; a configuration's lines likewise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from container.component import Request
from container.config.listing import listing
from container.config.load import load
from container.web.console.packing import packed
from tests.console.desk import CONFIG

BODY = b'{"event_name":"Purchase","user_data":{"em":"' + b"a" * 64 + b'","client_ip_address":"203.0.113.77"}}'


class Tag:
    """A tag that makes whatever request a test wants."""

    options: dict[str, Any] = {}

    def __init__(self, request: Request | None) -> None:
        self.request = request

    def pack(self, destination: str, bodies: Any, endpoint: str) -> Request:
        if self.request is None:
            raise RuntimeError("ana@example.com")
        return self.request


def shown(request: Request | None) -> dict[str, Any]:
    return packed(Tag(request), "d", [b"{}"], "https://vendor.example")  # type: ignore[arg-type]


def test_a_real_tag_shows_what_it_sends_and_hides_its_token(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(CONFIG.replace("OUTBOX", str(tmp_path / "o.db")))
    environ = {"READING": "x" * 20, "META_ACCESS_TOKEN": "EAAB-very-secret"}
    tag = load(file, environ).whole().tags["meta"]
    told = packed(tag, "1234567890:TEST1", [BODY, BODY], "https://graph.facebook.com")
    assert (told["method"], told["headers"]["content-type"]) == ("POST", "application/json")
    assert told["url"].startswith("https://graph.facebook.com/v")
    assert told["url"].endswith("/1234567890/events")
    assert len(told["body"]["data"]) == 2
    assert told["body"]["data"][0]["user_data"] == {"em": "a" * 64, "client_ip_address": "2***"}
    assert (told["body"]["access_token"], told["body"]["test_event_code"]) == ("***", "TEST1")
    assert "EAAB" not in str(told)


def test_tokens_in_addresses_and_headers_are_hidden_and_the_host_is_not() -> None:
    request = Request(
        "POST",
        "http://127.0.0.1:8080/send?api_secret=abc&id=7",
        {"Authorization": "Bearer abc", "x-api-key": "abc", "accept": "*/*"},
        b'{"user_data":{"client_ip_address":"127.0.0.1"},"secret_of_success":"work","plain":"stays"}',
    )
    told = shown(request)
    assert told["url"] == "http://127.0.0.1:8080/send?api_secret=***&id=7"
    assert told["headers"] == {"Authorization": "***", "x-api-key": "***", "accept": "*/*"}
    assert (told["body"]["plain"], told["body"]["user_data"]["client_ip_address"]) == ("stays", "1***")


@pytest.mark.parametrize(
    ("body", "data"),
    [
        (b"a=1&email=ana%40example.com", {"a": "1", "email": "a***@e***.com"}),
        (b'{"n":1}\n{"n":2}', [{"n": 1}, {"n": 2}]),
        (b"\xff\x00 text", "\ufffd\x00 text"),
        (b"", ""),
    ],
)
def test_bodies_of_every_kind_are_shown(body: bytes, data: Any) -> None:
    assert shown(Request("POST", "https://vendor.example/", {}, body))["body"] == data


def test_a_tag_that_fails_is_told_without_its_text() -> None:
    assert shown(None) == {"problem": "the tag cannot make a request of them: RuntimeError"}


SECRETS = """
clients:
  backend: { measurement_protocol: { api_secret: hunter2-in-clear, } }
  orders: { json_webhook: { path: /hooks/o, signature: "quoted secret", event: { event_name: x } } }
tags:
  meta:
    meta_capi:
      pixel_id: "1"
      access_token: |
        EAABsecretline
        and another
      app_secret: $APP_SECRET:-fallback
    fires_on: x
  http:
    http_request: { url: "https://u:pw@h.example/?token=abcdef", headers: { Authorization: Bearer abcdefgh123 } }
"""


def test_the_lines_of_a_file_hold_no_secret_whether_or_not_it_can_be_read(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    for text in (SECRETS, SECRETS + "\n\t- [broken"):
        file.write_text(text)
        (listed,) = listing(load(file, {}))
        lines = "\n".join(line.text for line in listed.lines)
        for secret in ("EAAB", "and another", "hunter2", "quoted secret", "fallback", "abcdef", ":pw@"):
            assert secret not in lines, (secret, lines)
        assert 'pixel_id: "1"' in lines
        assert len(listed.lines) == len(text.splitlines())


def test_of_a_long_file_the_lines_around_its_faults_are_listed(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(
        "variables:\n" + "".join(f"  v{n}: {{ constant: {n} }}\n" for n in range(900)) + "  odd: { nope: 1 }\n"
    )
    (listed,) = listing(load(file, {}))
    assert listed.length == 902
    marked = [line for line in listed.lines if any(not one.warning for one in line.problems)]
    assert marked[0].text.strip() == "odd: { nope: 1 }"
    assert any(line.gap for line in listed.lines) or len(listed.lines) == 902
