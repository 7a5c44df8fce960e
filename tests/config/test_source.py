"""Sources: what is no text, or no file that can be read, is told in one message and quickly."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from container.config.load import load
from container.config.source import SourceError, read_source

GOOD = "clients: { browser: ga4 }\n"


def told(path: Path) -> list[str]:
    start = time.process_time()
    loaded = load(path, environ={})
    assert time.process_time() - start < 1.0
    return [str(one).removeprefix(f"{path}:") for one in loaded.problems]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "1:1: the file is empty; start from the shipped config.yaml"),
        (b"\xef\xbb\xbf", "1:1: the file is empty; start from the shipped config.yaml"),
        (b"\n\n  \n", "1:1: the file is empty; start from the shipped config.yaml"),
        (b"---\n", "1:1: the file is empty; start from the shipped config.yaml"),
        (GOOD.encode("utf-16"), "1:1: the file is UTF-16, not UTF-8; save it as UTF-8"),
        (GOOD.encode("utf-16-le"), "1:1: the file is UTF-16, not UTF-8; save it as UTF-8"),
        (GOOD.encode("utf-16-be"), "1:1: the file is UTF-16, not UTF-8; save it as UTF-8"),
        (b"\x7fELF\x02\x01\x01\0\0\0", "1:1: the file is binary, not YAML; write plain YAML in UTF-8"),
        ("name: Café\n".encode("latin-1"), "1:10: the byte 0xe9 is not UTF-8; save the file as UTF-8"),
        (b"x" * 5_000_000, "1:1: the file has 5.0 MB, more than a configuration can sensibly need; "
         "check that this is the right file; the limit is 1 MiB"),
        (b"a: " + b"\t" * 900_000 + b"\n", "1:1: a: there is no section 'a'; known: clients, consent, container, "
         "delivery, include, tags, tests, transformations, triggers, variables"),
        (b"<html><body>Not found</body></html>\n", "1:1: expected sections, found text; sections: container, clients, "
         "variables, triggers, consent, transformations, tags, delivery, tests"),
    ],
    ids=["empty", "mark", "blanks", "dashes", "utf-16", "utf-16-le", "utf-16-be", "binary", "latin-1", "large", "tabs",
         "html"],
)  # fmt: skip
def test_a_file_that_is_no_configuration_is_told_in_one_message(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(data)
    assert told(path) == [message]


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf" + GOOD.encode(), GOOD.replace("\n", "\r\n").encode()])
def test_a_byte_order_mark_and_windows_lines_are_no_fault(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(data)
    assert told(path) == []


def test_a_folder_and_a_name_no_file_can_have_are_told(tmp_path: Path) -> None:
    assert told(tmp_path) == ["1:1: the file cannot be read: is a directory; name a file in it, such as config.yaml"]
    assert "file name too long" in told(tmp_path / ("x" * 5000))[0]


@contextmanager
def nobody() -> Iterator[None]:
    """As a user without rights, when the tests run as one who may read everything."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(GOOD)
    path.chmod(0)
    with nobody(), pytest.raises(SourceError) as caught:
        read_source(path)
    assert caught.value.text == "the file cannot be read: permission denied"
    assert caught.value.hint == "let the user who runs tagdock read it"


def test_a_device_without_end_is_not_read_to_its_end() -> None:
    assert told(Path("/dev/zero"))[0].startswith("1:1: the file has ")


def test_what_was_read_is_known_by_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    (source,) = load(path, environ={}).sources
    assert source.data == b"\xef\xbb\xbf" + GOOD.encode()
    assert source.text == GOOD
