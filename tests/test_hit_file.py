"""Hit files: JSON lines and raw requests, and a clear word about every line that is neither."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from container.hit_file import HitFileError, hit_from, read_hits

HITS = Path(__file__).parent / "hits"


def lines(tmp_path: Path, text: str, name: str = "hits.jsonl") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", ["ga4.jsonl", "pixel.jsonl"])
def test_every_captured_hit_is_read(name: str) -> None:
    text = (HITS / name).read_text()
    hits = list(read_hits(HITS / name))
    assert len(hits) == len([line for line in text.splitlines() if line.strip()])
    assert len({hit.id for hit in hits}) == len(hits)
    assert all(hit.path.startswith("/") for hit in hits)


def test_a_line_is_a_hit_and_further_keys_are_ignored(tmp_path: Path) -> None:
    path = lines(
        tmp_path,
        '{"id":"a","method":"post","path":"/g/c%C3%B6","query":"v=2&en=x","headers":{"X-A":"1","N":5},"body":"hi",'
        '"cookies":{"_fbp":"fb.1.2","odd":"a b;c"},"ip":"192.0.2.1","expect":{}}\n\n{"path":"/b?x=1"}\n',
    )
    first, second = read_hits(path)
    assert (first.id, first.method, first.path, first.query_string) == ("a", "POST", "/g/cö", "v=2&en=x")
    assert first.headers == {"x-a": "1", "n": "5", "cookie": "_fbp=fb.1.2; odd=a%20b%3Bc"}
    assert first.cookies == {"_fbp": "fb.1.2", "odd": "a b;c"}
    assert (first.body, first.ip) == (b"hi", "192.0.2.1")
    assert (second.id, second.method, second.path, second.query_string) == ("hits.jsonl:3", "GET", "/b", "x=1")


def test_a_query_may_be_a_mapping_and_a_body_any_json() -> None:
    hit = hit_from(
        {"path": "g", "query": {"a b": "c&d", "n": 1.5, "t": True, "none": None, "two": [1, "x"]}, "body": {"a": 1}}
    )
    assert hit.parameters == [("a b", "c&d"), ("n", "1.5"), ("t", "true"), ("none", ""), ("two", "1"), ("two", "x")]
    assert (hit.method, hit.path, hit.body) == ("POST", "/g", b'{"a":1}')
    assert hit.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("nonsense", "JSON is malformed"),
        ("5", "a hit is a JSON object"),
        ("[]", "a hit is a JSON object"),
        ('{"headers": ["a"]}', "'headers' of a hit is a mapping of names to texts"),
        ('{"headers": {"a": ["b"]}}', "'a' of headers is a text, not a list"),
        ('{"cookies": "a=b"}', "'cookies' of a hit is a mapping of names to texts"),
        ('{"query": ["a"]}', "'query' of a hit is a text, not a list"),
        ('{"query": {"a": {"b": 1}}}', "'a' of query is a text, not a mapping"),
        ('{"path": {"a": 1}}', "'path' of a hit is a text, not a mapping"),
        ('{"method": ["GET"]}', "'method' of a hit is a text, not a list"),
        ('{"ip": {}}', "'ip' of a hit is a text, not a mapping"),
        ("[" * 5000 + "]" * 5000, "it is nested too deeply"),
    ],
)
def test_a_line_that_is_no_hit_is_told_with_its_number(line: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(HitFileError) as raised:
        list(read_hits(lines(tmp_path, '{"path": "/"}\n' + line + "\n")))
    assert f"hits.jsonl:2: {reason}" in str(raised.value)
    assert str(raised.value).endswith('write {"method": "GET", "path": "/g/collect", "query": "v=2&..."} on one line')


def test_what_is_no_hit_can_be_told_and_left_out(tmp_path: Path) -> None:
    refused: list[HitFileError] = []
    path = lines(tmp_path, 'nonsense\n{"path": "/a"}\n{"query": ["a"]}\n{"path": "/b"}\n')
    assert [hit.path for hit in read_hits(path, refused.append)] == ["/a", "/b"]
    assert [str(one).removeprefix(f"{path}:").partition(":")[0] for one in refused] == ["1", "3"]
    requests = lines(tmp_path, "GET /a\n###\nhello\n### c\nGET /c\n", "a.http")
    assert [hit.path for hit in read_hits(requests, refused.append)] == ["/a", "/c"]
    assert len(refused) == 3


def test_a_body_that_is_no_text_is_written_in_base64() -> None:
    hit = hit_from({"path": "/", "body_base64": "/wAg\nYQ=="})
    assert (hit.method, hit.body) == ("POST", b"\xff\x00 a")
    assert hit_from({"body": "x", "body_base64": "/w=="}).body == b"x"
    with pytest.raises(HitFileError, match="'body_base64' of a hit is not base64"):
        hit_from({"body_base64": "?"})


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"query": {"a": {}}}, ("query", "a")), ({"headers": []}, ("headers",)), ({"ip": []}, ("ip",)), ([], ()),
        ({"cookies": {"a": []}}, ("cookies", "a")),
    ],
)  # fmt: skip
def test_an_error_knows_the_field_it_is_about(fields: Any, path: tuple[str, ...]) -> None:
    with pytest.raises(HitFileError) as raised:
        hit_from(fields)
    assert raised.value.path == path


def test_a_raw_request_is_a_hit(tmp_path: Path) -> None:
    path = lines(
        tmp_path, "POST /g/collect?v=2 HTTP/1.1\r\nHost: shop.example\r\nX-A:  b \r\n\r\nen=a\r\nen=b\n", "a.http"
    )
    (hit,) = read_hits(path)
    assert (hit.method, hit.path, hit.query_string, hit.body) == ("POST", "/g/collect", "v=2", b"en=a\nen=b")
    assert (hit.headers, hit.id, hit.host) == ({"host": "shop.example", "x-a": "b"}, "a", "shop.example")


def test_several_raw_requests_are_separated_and_may_have_names(tmp_path: Path) -> None:
    text = "### first\nGET https://shop.example/g/collect?v=2\n\n###\nGET /tr?id=1\nCookie: a=b\n"
    first, second = read_hits(lines(tmp_path, text, "two.http"))
    assert (first.id, first.path, first.host) == ("first", "/g/collect", "shop.example")
    assert (second.id, second.path, second.cookies) == ("two:2", "/tr", {"a": "b"})


def test_what_is_no_request_is_told(tmp_path: Path) -> None:
    with pytest.raises(HitFileError, match="'hello' is not a request line; start with one such as GET /g/collect"):
        list(read_hits(lines(tmp_path, "hello\n", "a.http")))


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(HitFileError, match=r"nope\.jsonl cannot be read: no such file or directory"):
        read_hits(tmp_path / "nope.jsonl")
    (tmp_path / "bad.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(HitFileError, match="is not UTF-8; save it as UTF-8"):
        read_hits(tmp_path / "bad.jsonl")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=6,
)
FIELDS = st.sampled_from(["id", "method", "path", "query", "headers", "body", "body_base64", "cookies", "ip"])


@given(st.dictionaries(FIELDS, ANYTHING))
@settings(max_examples=200)
def test_any_values_make_a_hit_or_a_clear_refusal(fields: dict[str, Any]) -> None:
    wrong = [name for name, value in fields.items() if name != "body" and isinstance(value, list | dict)]
    try:
        hit = hit_from(fields)
    except HitFileError:
        assert wrong or set(fields) & {"headers", "cookies", "body_base64"}
        return
    assert hit.path.startswith("/")
    assert isinstance(hit.parameters, list)
    assert isinstance(hit.cookies, dict)
