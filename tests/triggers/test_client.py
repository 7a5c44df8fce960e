"""The condition `client`: hits of some clients and not of others."""

from __future__ import annotations

from container.config.load import load_text
from container.context import Context

FILE = "clients: { browser: ga4, pixel: meta_pixel, backend: measurement_protocol }\ntriggers: { t: { client: %s } }\n"


def test_it_holds_for_hits_of_this_client_or_of_one_in_the_list() -> None:
    one, several = (load_text(FILE % text).whole().triggers["t"] for text in ("browser", "[browser, pixel]"))
    assert [name for name in ("browser", "pixel", "") if one.holds(Context({}, client=name))] == ["browser"]
    assert [name for name in ("browser", "pixel", "backend") if several.holds(Context({}, client=name))] == [
        "browser",
        "pixel",
    ]


def test_the_reason_names_both() -> None:
    one, several = (load_text(FILE % text).whole().triggers["t"] for text in ("browser", "[browser, pixel]"))
    assert one.why(Context({}, client="pixel")) == "client 'pixel' is not browser"
    assert several.why(Context({}, client="pixel")) == "client 'pixel' is one of browser, pixel"


def test_a_client_that_is_not_in_the_file_is_told() -> None:
    (problem,) = load_text(FILE % "browsr").errors
    assert (problem.text, problem.hint) == ("there is no client 'browsr'", "did you mean 'browser'?")
