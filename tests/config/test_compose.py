"""Composing: scalars by our own rules, places, environment, and files that are no configuration at all."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from container.config.compose import Composer, scalar
from container.config.load import load, load_text
from container.node import Node


def read(text: str | bytes, **environ: str) -> tuple[Node | None, list[str]]:
    composer = Composer(environ)
    node = composer.compose(text, "c.yaml")
    return node, [str(one) for one in composer.problems]


def value(text: str, **environ: str) -> Any:
    node, problems = read(text, **environ)
    assert problems == []
    assert node is not None
    return node.plain()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("NO", "NO"), ("no", "no"), ("on", "on"), ("Yes", "Yes"), ("True", "True"), ("true", True), ("false", False),
        ("01234", "01234"), ("0", 0), ("-5", -5), ("12:30:00", "12:30:00"), ("1_000", "1_000"), ("0x1F", "0x1F"),
        ("1.5", 1.5), ("1.0e3", 1000.0), ("1e3", "1e3"), (".5", ".5"), ("5.", "5."), ("1.2.3", "1.2.3"),
        ("2026-03-01", "2026-03-01"), (".inf", ".inf"), (".nan", ".nan"), ("1.0e999", "1.0e999"), ("null", None),
        ("~", None), ("", None), ("123456789012345678", 123456789012345678),
        ("12345678901234567890", "12345678901234567890"), ("+1", "+1"), ("Null", "Null"),
    ],
)  # fmt: skip
def test_a_plain_scalar_is_what_it_looks_like(written: str, meant: Any) -> None:
    found = value(f"a: {written}\n")["a"]
    assert found == meant
    assert type(found) is type(meant)


@pytest.mark.parametrize("quote", ["'", '"'])
def test_quotes_keep_text(quote: str) -> None:
    assert value(f"a: {quote}5{quote}\nb: {quote}true{quote}\nc: {quote}{quote}\n") == {"a": "5", "b": "true", "c": ""}


@given(st.text(max_size=30))
@settings(max_examples=100)
def test_a_scalar_is_text_unless_it_is_a_plain_number_or_one_of_four_words(text: str) -> None:
    found = scalar(text)
    if not isinstance(found, str):
        assert text in {"", "null", "~", "true", "false"} or text.lstrip("-")[:1].isdigit()


def test_a_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    assert value("\ufeffa: 1\n".encode().decode("utf-8-sig")) == {"a": 1}
    node, problems = read(b"\xef\xbb\xbfa: 1\r\nb:\r\n  c: x\r\n")
    assert problems == []
    assert node is not None
    assert node.plain() == {"a": 1, "b": {"c": "x"}}
    assert (node.items["b"].items["c"].line, node.items["b"].items["c"].column) == (3, 6)


def test_every_node_knows_its_place_and_path() -> None:
    node, _ = read("tags:\n  meta:\n    ids: [a, { b: c }]\n")
    assert node is not None
    inner = node.items["tags"].items["meta"].items["ids"].elements[1].items["b"]
    assert (inner.file, inner.line, inner.column, inner.path) == ("c.yaml", 3, 19, "tags.meta.ids[1].b")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "c.yaml:1:1: the file is empty; start from the shipped config.yaml"),
        ("# only words\n", "c.yaml:1:1: the file is empty; start from the shipped config.yaml"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "c.yaml:1:1: the file is binary, not YAML; write plain YAML in UTF-8"),
        (b"a: 1\nbb: \xff\n", "c.yaml:2:5: the byte 0xff is not UTF-8; save the file as UTF-8"),
        (b"\xef\xbb\xbf\xc3\xa4: \xe4\n", "c.yaml:1:4: the byte 0xe4 is not UTF-8; save the file as UTF-8"),
        ("[" * 10_000, "c.yaml:1:41: the file is nested more than 40 levels deep; write it flatter"),
        ("- " * 10_000, "c.yaml:1:81: the file is nested more than 40 levels deep; write it flatter"),
        ("a: &a [*a]\n", "c.yaml:1:4: the file unfolds to more than 20000 values or 40 levels; "
         "write it without aliases of aliases, or make two of it"),
    ],
)  # fmt: skip
def test_what_is_no_configuration_is_told_in_one_message(text: str | bytes, message: str) -> None:
    node, problems = read(text)
    assert node is None
    assert problems == [message]


HOSTILE = {
    "five megabytes": b"a: " + b"x" * 5_000_000,
    "a megabyte of brackets": b"[" * 1_000_000,
    "a megabyte of braces": b"{" * 1_000_000,
    "a megabyte of questions": b"? " * 500_000,
    "a bomb": b"a: &a [x,x,x,x,x,x,x,x,x]\n"
    + b"".join(b"%c: &%c [%s]\n" % (new, new, b",".join([b"*%c" % old] * 9)) for old, new in zip(b"abcdefgh", b"bcdefghi")),  # noqa: B905, E501
    "fifty thousand names": b"".join(b"k%d: 1\n" % number for number in range(50_001)),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_quickly(name: str, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(HOSTILE[name])
    start = time.process_time()
    loaded = load(path, environ={})
    assert time.process_time() - start < 1.0
    assert loaded.configuration is None
    assert len(loaded.errors) == 1


def test_a_chain_of_ten_thousand_variables_is_checked_in_linear_time() -> None:
    chain = "".join(f'  v{one}: {{ template: "{{{{ v{one + 1} }}}}" }}\n' for one in range(5000))
    start = time.process_time()
    loaded = load_text(f'variables:\n{chain}  v5000: {{ template: "{{{{ v0 }}}}" }}\n')
    assert time.process_time() - start < 5.0
    assert [one.kind for one in loaded.errors] == ["cycle"]
    assert "v0 -> v1 -> v2" in loaded.errors[0].text
    assert len(loaded.errors[0].text) < 200


@pytest.mark.parametrize("path", ["nowhere.yaml", "."])
def test_a_file_that_cannot_be_read_is_one_problem(path: str, tmp_path: Path) -> None:
    (problem,) = load(tmp_path / path).problems
    assert problem.kind == "file"
    assert problem.text.startswith("the file cannot be read: ")


def test_a_value_comes_from_the_environment() -> None:
    assert value("a: $NAME", NAME="shop") == {"a": "shop"}
    assert value("a: $N", N="5") == {"a": 5}
    assert value("a: '$N'", N="5") == {"a": 5}
    assert value("a: $N:-x y", N="") == {"a": ""}


def test_a_default_stands_in_for_what_is_not_set() -> None:
    assert value("a: $NAME:-sandbox\nb: $NAME:-\nc: $NAME:-7") == {"a": "sandbox", "b": "", "c": 7}


def test_the_environment_is_read_once_and_never_unfolded() -> None:
    assert value("a: $A", A="$B", B="deep") == {"a": "$B"}
    assert value('a: "$.value"\nb: "5$"\nc: $-x') == {"a": "$.value", "b": "5$", "c": "$-x"}


def test_in_tests_a_dollar_sign_is_a_dollar_sign() -> None:
    assert value("tests: { one: { given: { body: $NAME } } }") == {"tests": {"one": {"given": {"body": "$NAME"}}}}


def test_a_secret_may_come_from_the_file_its_name_points_to(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("EAAB\n")
    assert value("a: $TOKEN", TOKEN_FILE=str(secret)) == {"a": "EAAB"}
    assert value("a: $TOKEN", TOKEN="near", TOKEN_FILE=str(secret)) == {"a": "near"}


def test_a_secret_file_that_cannot_be_read_is_told() -> None:
    _, problems = read("a: $TOKEN", TOKEN_FILE="/nowhere/at/all")
    assert problems == [
        "c.yaml:1:4: a: the file named by TOKEN_FILE cannot be read: no such file or directory; "
        "check the file and its permissions"
    ]


def test_an_alias_is_the_value_of_its_anchor() -> None:
    assert value("a: &x { b: 1 }\nc: *x") == {"a": {"b": 1}, "c": {"b": 1}}


@given(st.text(max_size=200))
@settings(max_examples=100)
def test_no_text_makes_the_loader_raise(text: str) -> None:
    loaded = load_text(text)
    assert loaded.configuration is not None or loaded.errors


NAMES = st.sampled_from(
    ["clients", "variables", "triggers", "tags", "tests", "consent", "delivery", "container", "transformations", "a",
     "event", "where", "cookie", "template", "meta_capi", "fires_on", "for", "augment", "value", "not", "equals"]
)  # fmt: skip
TREES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.sampled_from(["a", "$X", "{{ a }}", "{{", "$.a", ""])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=25,
)


@given(st.dictionaries(NAMES, TREES, max_size=6))
@settings(max_examples=150)
def test_no_tree_of_known_words_makes_the_loader_raise(tree: dict[str, Any]) -> None:
    import msgspec

    loaded = load_text(msgspec.json.encode(tree).decode())  # JSON is YAML
    assert loaded.configuration is not None or loaded.errors
