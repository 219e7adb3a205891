"""Parts of Office files, wherever and under whatever name the files keep them."""

from __future__ import annotations

import io
import zipfile

import pytest

from rag.text.office_package import OfficePackage

KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"


def package(members: dict[str, str]) -> OfficePackage:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return OfficePackage(out)


def relationships(*targets: tuple[str, str]) -> str:
    inner = "".join(f'<Relationship Id="r" Type="{kind}" Target="{target}"/>' for kind, target in targets)
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'
    )


@pytest.mark.parametrize("kind", [KIND, STRICT])
@pytest.mark.parametrize(
    ("target", "member"),
    [
        ("styles.xml", "word/styles.xml"),
        ("/word/styles.xml", "word/styles.xml"),
        ("../shared/styles.xml", "shared/styles.xml"),
        ("/elsewhere/s.xml", "elsewhere/s.xml"),
        ("STYLES.XML", "word/styles.xml"),
        ("my%20styles.xml", "word/my styles.xml"),
        ("sub\\styles.xml", "word/sub/styles.xml"),
        ("../../../styles.xml", "styles.xml"),
        ("styles.xml", "word\\styles.xml"),
        ("styles.xml", "/word/styles.xml"),
    ],
)
def test_a_part_is_where_its_relationship_says(kind: str, target: str, member: str) -> None:
    office = package(
        {
            "_rels/.rels": relationships((f"{kind}/officeDocument", "word/document.xml")),
            "word/document.xml": "<d/>",
            "word/_rels/document.xml.rels": relationships((f"{kind}/styles", target)),
            member: "<s/>",
        }
    )
    (part,) = office.related(office.main_part(), "styles")
    assert office.tree(part).tag == "s"


def test_what_is_missing_or_outside_is_not_related() -> None:
    outside = relationships((f"{KIND}/styles", "gone.xml"), (f"{KIND}/styles", "")).replace(
        'Target="gone', 'TargetMode="External" Target="http://x/gone'
    )
    office = package({"word/_rels/document.xml.rels": outside, "word/document.xml": "<d/>"})
    assert office.related("word/document.xml", "styles") == []
    assert office.related("word/other.xml", "styles") == []
    with pytest.raises(KeyError, match="no part of this file is its document"):
        office.main_part()


def test_strict_parts_have_the_ordinary_names() -> None:
    office = package({"d.xml": '<w:d xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"/>'})
    assert office.tree("d.xml").tag == "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}d"
