"""The variable `client_name`: who read the hit."""

from __future__ import annotations

from tests.variables.asking import ask


def test_it_is_the_client_s_name_in_the_file() -> None:
    assert ask("client_name", client="browser") == "browser"


def test_where_no_client_read_anything_there_is_none() -> None:
    assert ask("client_name") is None
    assert ask("{ client_name: , default: nobody }") == "nobody"
