"""What gcs and gcd say: the site's commands apart from its region's assumption."""

from __future__ import annotations

import pytest

from container.ga4.consent import granted_states, read_consent

PURPOSES = ("ad_storage", "analytics_storage", "ad_user_data", "ad_personalization")


def read(gcs: str = "", gcd: str = "") -> tuple[dict[str, str], dict[str, str]]:
    explicit, implicit = read_consent(gcs, gcd)
    return dict(explicit), dict(implicit)


@pytest.mark.parametrize(
    ("letter", "expected"),
    [
        ("l", None),
        ("m", "denied"),
        ("n", "granted"),
        ("p", "denied"),
        ("q", "denied"),
        ("r", "granted"),
        ("t", "granted"),
        ("u", "denied"),
        ("v", "granted"),
        ("R", None),
    ],
)
def test_a_letter_is_a_default_and_an_update_command_and_the_update_counts(letter: str, expected: str | None) -> None:
    explicit, implicit = read("", f"11{letter}1{letter}1{letter}1{letter}5")
    assert explicit == ({} if expected is None else dict.fromkeys(PURPOSES, expected))
    assert implicit == {}


def test_the_region_is_kept_apart() -> None:
    explicit, implicit = read("", "13l3l3l2l1")
    assert explicit == {}
    assert implicit == {
        "ad_storage": "granted",
        "analytics_storage": "granted",
        "ad_user_data": "granted",
        "ad_personalization": "denied",
    }


def test_each_purpose_has_its_own_group() -> None:
    explicit, _ = read("", "13r3p3n3u5")
    assert explicit == {
        "ad_storage": "granted",
        "analytics_storage": "denied",
        "ad_user_data": "granted",
        "ad_personalization": "denied",
    }


@pytest.mark.parametrize(
    ("gcs", "expected"),
    [
        ("G111", {"ad_storage": "granted", "analytics_storage": "granted"}),
        ("G101", {"ad_storage": "denied", "analytics_storage": "granted"}),
        ("G110", {"ad_storage": "granted", "analytics_storage": "denied"}),
        ("G1--", {}),
        ("G1-0", {"analytics_storage": "denied"}),
        ("G1", {}),
        ("", {}),
        ("X111", {}),
    ],
)
def test_gcs_knows_two_purposes(gcs: str, expected: dict[str, str]) -> None:
    assert read(gcs) == (expected, {})


def test_gcs_fills_only_what_gcd_leaves_unset() -> None:
    explicit, _ = read("G111", "13q3l3l3l5")
    assert explicit == {"ad_storage": "denied", "analytics_storage": "granted"}


@pytest.mark.parametrize("gcd", ["", "1", "2", "13", "13l", "13é", "\0" * 9, "03t3t3t3t5", "x" * 1000])
def test_a_damaged_gcd_says_nothing_it_does_not_hold(gcd: str) -> None:
    explicit, _ = read("", gcd)
    assert explicit == {}


def test_a_truncated_gcd_says_what_is_left_of_it() -> None:
    assert read("", "11t1t1")[0] == {"ad_storage": "granted", "analytics_storage": "granted"}


def test_the_effective_state_is_the_sites_word_before_the_regions() -> None:
    explicit, implicit = read_consent("", "13p3l3l2l1")
    assert granted_states(explicit, implicit) == {
        "ad_storage": False, "analytics_storage": True, "ad_user_data": True, "ad_personalization": False,
    }  # fmt: skip
