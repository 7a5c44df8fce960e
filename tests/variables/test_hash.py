"""The variable `hash`: digests as published, and none of nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.variables.asking import ask

SHA256_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, appendix B.1
SHA1_OF_ABC = "a9993e364706816aba3e25717850c26c9cd0d89d"  # FIPS 180-1, appendix A
MD5_OF_ABC = "900150983cd24fb0d6963f7d28e17f72"  # RFC 1321, A.5


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('{ hash: "{{ event.x }}" }', SHA256_OF_ABC),
        ('{ hash: { input: "{{ event.x }}", algorithm: sha1 } }', SHA1_OF_ABC),
        ('{ hash: { input: "{{ event.x }}", algorithm: md5 } }', MD5_OF_ABC),
        ('{ hash: { input: "{{ event.x }}", algorithm: md5, output: base64 } }', "kAFQmDzST7DWlj99KOF/cg=="),
        ('{ hash: "{{ event.x }}", format: upper }', SHA256_OF_ABC.upper()),
        ("{ hash: abc }", SHA256_OF_ABC),
    ],
)
def test_a_text_is_hashed(written: str, meant: str) -> None:
    assert ask(written, {"x": "abc"}) == meant


@pytest.mark.parametrize("x", [None, "", [], ["abc"], {}, {"abc": 1}])
def test_there_is_no_digest_of_nothing_and_of_what_is_no_text(x: Any) -> None:
    assert ask('{ hash: "{{ event.x }}" }', {"x": x}) is None


def test_a_number_is_hashed_as_it_is_written_and_a_broken_text_as_what_can_be() -> None:
    digest_of_5 = "ef2d127de37b942baad06145e54b0c619a1f22327b2ebbcfbec78f5564afe39d"  # printf 5 | sha256sum
    assert ask('{ hash: "{{ event.x }}" }', {"x": 5}) == ask('{ hash: "{{ event.x }}" }', {"x": 5.0}) == digest_of_5
    assert ask('{ hash: "{{ event.x }}" }', {"x": "\ud800"}) == ask('{ hash: "{{ event.x }}" }', {"x": "?"})
