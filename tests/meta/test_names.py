"""Event names."""

import pytest

from container.meta.names import AUTOMATIC, GA4, SEGMENT, STANDARD, meta_name


def test_every_mapped_name_is_a_standard_event() -> None:
    assert set(GA4.values()) | set(SEGMENT.values()) <= STANDARD
    assert len(STANDARD) == 18
    assert STANDARD.isdisjoint(AUTOMATIC)


@pytest.mark.parametrize("name", ["Purchase", "viewcontent", "view_item_list", "login", "Mein Ereignis"])
def test_other_names_stay_as_they_are(name: str) -> None:
    assert meta_name(name) == name
