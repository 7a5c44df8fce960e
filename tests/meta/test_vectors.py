"""Every published vector about values, cookies, addresses and names, against what tagdock makes of it."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from container.meta import appendix, cookies, names, site
from container.meta.normalise import normalise
from container.meta.text import sha256
from tests.meta.vectors import DEFAULT_COUNTRIES, DEVIATIONS, NOT_THE_BUILDERS, about

BUILDER_KEYS = {"em", "ph", "fn", "ln", "ct", "st", "zp", "country", "ge", "db"}
Vector = dict[str, Any]


def value(expected: Any) -> Any:
    return None if isinstance(expected, dict) else expected


@pytest.mark.parametrize("vector", about("normalise:"))
def test_a_value_is_normalised_as_meta_documents_it(vector: Vector) -> None:
    key = vector["what"].removeprefix("normalise:")
    wanted = DEVIATIONS.get(vector["id"], value(vector.get("documented", vector["expected"])))
    found = normalise(key, vector["input"], default_country=DEFAULT_COUNTRIES.get(vector["id"]))
    assert found == wanted
    if wanted == vector["expected"] and "sha256" in vector:
        assert sha256(wanted) == vector["sha256"]


@pytest.mark.parametrize("vector", [one for one in about("normalise:") if one.values[0]["what"][10:] in BUILDER_KEYS])
def test_a_value_is_normalised_as_the_parameter_builder_does_it(vector: Vector) -> None:
    wanted = NOT_THE_BUILDERS.get(vector["id"], value(vector["expected"]))
    country = DEFAULT_COUNTRIES.get(vector["id"])
    found = normalise(
        vector["what"].removeprefix("normalise:"), vector["input"], default_country=country, match="builder"
    )
    assert found == wanted


@pytest.mark.parametrize("vector", [one for one in about("fbc", "fbp") if "plain" in one.values[0]])
def test_a_request_gets_the_browser_and_click_id_the_builder_makes(vector: Vector) -> None:
    given, wanted, plain = vector["input"], vector["expected"], vector["plain"]
    saved_on = {cookie["domain"] for cookie in wanted["cookies"]} or {site.host_name(given["host"])}
    index = site.subdomain_index(saved_on.pop())
    click = (given["query"] or {}).get("fbclid") or cookies.click_id(given["referer"])
    fbc, _ = cookies.fbc_after(given["cookies"].get("_fbc"), click, given["now_ms"], index)
    fbp = cookies.parse(given["cookies"].get("_fbp"))
    found = str(fbp._replace(appendix="")) if fbp else cookies.new_fbp(given["now_ms"], given["random"], index)
    assert {"fbc": fbc and str(without_mark(fbc)), "fbp": found} == plain


def without_mark(text: str) -> cookies.BrowserId:
    parsed = cookies.parse(text)
    assert parsed is not None
    return parsed._replace(appendix="")


@pytest.mark.parametrize("vector", [one for one in about("fbc", "fbp") if "plain" not in one.values[0]])
def test_a_documented_rule_about_click_ids_holds(vector: Vector) -> None:
    given, wanted = vector["input"], vector["expected"]
    if "cookie_domain" in given:
        assert {"subdomain_index": site.subdomain_index(given["cookie_domain"])} == wanted
    elif "existing_fbc" in given:
        fbc, new = cookies.fbc_after(given["existing_fbc"], given["fbclid"], 2000)
        assert {"fbc": fbc, "set_cookie": new} == wanted
    elif "url" in given:
        seen = int(datetime.fromisoformat(given["timestamp_iso"]).timestamp() * 1000)
        click = cookies.click_id(given["url"])
        assert click is not None
        assert cookies.new_fbc(click, seen) == wanted
    else:
        assert cookies.new_fbc(given["fbclid"], given["creation_ms"], given["subdomain_index"]) == wanted


@pytest.mark.parametrize("vector", about("ip"))
def test_the_visitors_address_is_the_one_the_builder_chooses(vector: Vector) -> None:
    given = vector["input"]
    if "client_ip_address" in given:
        found = cookies.client_ip(remote=given["client_ip_address"])
    else:
        found = cookies.client_ip(given["fbi_cookie"], given["x_forwarded_for"], given["remote_address"])
    assert found == vector["expected"]["client_ip_address"]


@pytest.mark.parametrize("vector", about("appendix"))
def test_an_appendix_is_written_and_read_as_meta_does(vector: Vector) -> None:
    given, wanted = vector["input"], vector["expected"]
    if "value" in given:
        found = appendix.read(given["value"])
        assert found is not None
        assert {"legacy": found.legacy, "language": found.language} == wanted
    else:
        assert appendix.write(given["language"], given["type"], given["version"]) == wanted
        assert appendix.read(wanted) == (given["language"], given["type"], given["version"], False)


@pytest.mark.parametrize("vector", about("event-map"))
def test_an_event_of_another_vocabulary_gets_metas_name(vector: Vector) -> None:
    assert names.meta_name(vector["input"]["event"]) == vector["expected"]


@pytest.mark.parametrize("vector", [*DEVIATIONS, *NOT_THE_BUILDERS, *DEFAULT_COUNTRIES])
def test_every_deviation_is_explained_in_the_documentation(vector: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / "meta.md").read_text(encoding="utf-8")
    assert vector in text
