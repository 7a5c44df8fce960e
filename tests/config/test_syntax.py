"""Syntax: each slip is told where it was made, in words for it, and what stands behind it is still read."""

from __future__ import annotations

import pytest

from container.config.load import load_text

BEHIND = "variables:\n  price: { jsnpath: $.value }\n"
"""A fault at the end of every file below: telling it shows that the file was read to its end."""

SLIPS = {
    "unclosed quote": (
        'triggers:\n  a: { event: "purchase }\n  b: { event: "x" }\n',
        '2:15: the quote is not closed; write " behind the text',
    ),
    "unclosed single quote": (
        "triggers:\n  a:\n    event: 'purchase\n  b: { event: 'x' }\n",
        "3:12: the quote is not closed; write ' behind the text",
    ),
    "no blank after the colon": (
        "triggers:\n  a:\n    event:purchase\n    where: { event.value: 5 }\n",
        "3:11: there is no blank after the colon; write event: purchase",
    ),
    "equals sign": (
        "container:\n  name = shop\n  listen: 127.0.0.1:80\n",
        "2:8: an = stands where a colon belongs; write name: shop",
    ),
    "no colon": ("triggers\n  a: { event: x }\n", "1:1: there is no colon after 'triggers'; write triggers:"),
    "indented too little": (
        "triggers:\n  a: { event: x }\n b: { event: y }\n",
        "3:2: the indentation of this line fits none above it; start it in column 3",
    ),
    "indented too much": (
        "container:\n  name: shop\n    listen: 127.0.0.1:80\n",
        "3:5: the line is indented deeper than the one above allows; start it in column 3",
    ),
    "expression": (
        "tests:\n  a:\n    b: {{ event.value }} EUR\n",
        '3:8: an expression stands without quotes; put quotes around it: "{{ ... }}"',
    ),
    "statement": (
        "container:\n  name: {% if a %}\n",
        '2:9: an expression stands without quotes; put quotes around it: "{% ... %}"',
    ),
    "at sign": ("container:\n  name: @home\n", "2:9: a text that starts with @ needs quotes; put quotes around it"),
    "asterisk": ("container:\n  name: *.yaml\n", "2:9: a text that starts with * needs quotes; put quotes around it"),
    "greater than": (
        "triggers:\n  a:\n    where:\n      event.value: > 5\n",
        "4:20: a text that starts with > needs quotes; put quotes around it",
    ),
    "second colon": (
        "container:\n  name: shop: the one\n",
        "2:9: a text with a colon and a blank in it needs quotes; put quotes around the whole text",
    ),
    "backslash": (
        'container:\n  name: "\\d+"\n',
        "2:10: a backslash in double quotes says something of its own; put single quotes around the text",
    ),
    "list behind a colon": (
        "container:\n  origins: - https://a.example\n",
        "2:12: a list with dashes cannot start behind a colon; write it as [a, b], or on lines of its own",
    ),
    "no comma": (
        "delivery:\n  batch: { at_most: 5 wait: 1s }\n",
        "2:23: a comma is missing before this; separate what stands between the brackets by commas",
    ),
    "open brace": (
        "delivery:\n  batch: { at_most: 5\n  retry: { first: 1s }\n",
        "2:10: the { is not closed; write } where it ends",
    ),
    "open bracket": (
        "container:\n  origins: [https://a.example\n  name: shop\n",
        "2:12: the [ is not closed; write ] where it ends",
    ),
    "closed twice": ("delivery:\n  batch: { at_most: 5 } }\n", "2:25: there is a } too many; remove it"),
    "closed by the other": ("container:\n  origins: [a}\n", "2:14: } closes what [ opened; write ]"),
    "comma behind a line": (
        "delivery:\n  batch: { at_most: 5 },\n  to: sandbox\n",
        "2:24: a ',' stands behind the value; remove it",
    ),
    "apostrophe": (
        "container:\n  name: 'Ana's shop'\n",
        "2:14: something stands behind the closing quote; put the whole text between quotes of the other kind",
    ),
    "tab": (
        "container:\n\tname: shop\n\tlisten: 127.0.0.1:80\n",
        "2:1: a tab is used for indentation; indent with blanks; YAML does not allow tabs",
    ),
    "blank of a web page": (
        "container:\n\u00a0\u00a0name: shop\n",
        "2:1: the blank U+00A0 is none to it; write ordinary blanks",
    ),
    "merge conflict": (
        "container: { name: shop }\n<<<<<<< HEAD\ndelivery: { to: sandbox }\n",
        "2:1: a merge conflict is left in the file; choose one of its sides",
    ),
    "no name": ("clients:\n  : ga4\n", "2:3: there is no name before the colon; write a name"),
    "braces of a shell": (
        "delivery: { to: ${TO} }\n",
        "1:17: '${' is not read here; write $NAME for the environment's NAME",
    ),
    "no anchor": (
        "container:\n  name: *cheap\n",
        "2:9: the alias has no anchor before it; write &name at the first place, then *name",
    ),
}


def told(text: str) -> list[str]:
    problems = load_text(text).problems
    return [str(one).removeprefix("config.yaml:").replace("this is not YAML: ", "") for one in problems]


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_told_where_it_was_made_and_hides_nothing_behind_it(name: str) -> None:
    text, message = SLIPS[name]
    line = text.count("\n") + 2
    behind = f"{line}:12: variables.price.jsnpath: 'jsnpath' is not a type of variable; did you mean 'jsonpath'?"
    assert told(text + BEHIND) == [message, behind]


def test_names_that_were_set_aside_are_still_names() -> None:
    text = """
triggers:
  odd: { event: "x }
  even: { event: y }
consent: { ad_storage: odd, ad_user_data: even }
"""
    assert told(text) == ['3:17: the quote is not closed; write " behind the text']


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("container:\n  listen = nowhere\n   body_limit: 5\n", ["2:10", "2:12", "3:4", "3:16"]),
        ("container:\n\tname: {}\n\tbody_limit: 5\n", ["2:1", "2:8", "3:14"]),
        ("container:\n  listen:nowhere\n  body_limit: 5\n", ["2:10", "2:10", "3:15"]),
    ],
)
def test_places_are_those_of_the_file_also_behind_what_was_mended(text: str, places: list[str]) -> None:
    assert [one.partition(": ")[0] for one in told(text)] == places


def test_after_five_and_twenty_faults_the_rest_is_not_read_and_that_is_said() -> None:
    found = told("triggers:\n" + "".join(f"  t{number}: {{ event: 'x }}\n" for number in range(30)))
    assert len(found) == 25
    assert all("the rest was not read" not in one for one in found[:-1])
    assert found[-1] == "26:17: the quote is not closed, and the rest was not read; write ' behind the text"


def test_a_second_document_is_not_read_and_the_first_one_is() -> None:
    assert told("container: { nme: a }\n---\ncontainer: { nmae: b }\n") == [
        "1:14: container.nme: container has no option 'nme'; did you mean 'name'?",
        "2:1: the file holds more than one document, and the rest was not read; remove the line '---'",
    ]


def test_a_tag_and_a_character_of_no_use_hide_nothing() -> None:
    assert told("container: { name: !x shop }\ncluents: \x07\n") == [
        "1:20: the YAML tag !x is not read here; write the plain value",
        "2:1: cluents: there is no section 'cluents'; did you mean 'clients'?",
        "2:10: the character U+0007 is not allowed in YAML; remove it",
    ]


def test_an_alias_of_what_was_set_aside_is_no_second_fault() -> None:
    text = "variables:\n  a: { constant: &x 'b }\n  c: { constant: *x }\n"
    assert told(text) == ["2:21: the quote is not closed; write ' behind the text"]


def test_a_long_quoted_text_over_several_lines_is_no_open_quote() -> None:
    text = 'container:\n  name: "one\n    two"\n  listen: {}}\n'
    assert told(text) == ["4:13: there is a } too many; remove it"]
