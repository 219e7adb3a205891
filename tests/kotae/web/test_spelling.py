"""Names that the disk spells otherwise are found."""

from __future__ import annotations

import unicodedata

import pytest

from kotae.web.spelling import spelled

GUIDE = "ガイド.md"


@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
@pytest.mark.parametrize("asked", ["NFC", "NFD"])
def test_a_name_is_found_in_either_form(tmp_path, on_disk, asked) -> None:
    path = tmp_path / unicodedata.normalize(on_disk, GUIDE)
    path.touch()
    assert spelled(tmp_path, unicodedata.normalize(asked, GUIDE)) == path


def test_a_name_in_both_forms_at_once_is_found(tmp_path) -> None:
    path = tmp_path / ("ガ" + unicodedata.normalize("NFD", "ガ.md"))
    path.touch()
    assert spelled(tmp_path, "ガガ.md") == path


def test_a_name_whose_other_form_is_too_long_for_the_disk_is_found(tmp_path) -> None:
    name = "ガ" * 66
    assert spelled(tmp_path, name) is None
    (tmp_path / name).touch()
    assert spelled(tmp_path, name) == tmp_path / name


def test_what_is_not_there_is_not_found(tmp_path) -> None:
    (tmp_path / GUIDE).touch()
    assert spelled(tmp_path, "ガイト.md") is None
    assert spelled(tmp_path, "guide.md") is None
    assert spelled(tmp_path / "nowhere", GUIDE) is None
