"""What an archive says of its size is looked at before it is unpacked."""

from __future__ import annotations

import io

import pytest

from ingest.formats.archive import MAX_RATIO, RATIO_FROM, check_archive
from rag.errors import UnreadableDocument
from tests.ingest.files import bomb, docx, xlsx


def test_ordinary_files_pass() -> None:
    check_archive(io.BytesIO(docx(lambda document: document.add_paragraph("本文。" * 5000))), "a.docx")
    check_archive(io.BytesIO(xlsx(S=[["同じ行", 1]] * 5000)), "a.xlsx")


def test_a_small_archive_may_pack_well() -> None:
    data = bomb("word/document.xml", 10_000_000)
    assert MAX_RATIO * len(data) < 10_000_000
    assert RATIO_FROM > 10_000_000
    check_archive(io.BytesIO(data), "a.docx")


@pytest.mark.parametrize(("member", "refused"), [("word/document.XML", True), ("word/media/a.png", False)])
def test_xml_that_is_held_in_memory_has_a_limit_of_its_own(member: str, refused: bool) -> None:
    data = bomb(member, 5_000_000)
    if not refused:
        check_archive(io.BytesIO(data), "a.docx", max_xml=4_000_000)
        return
    with pytest.raises(UnreadableDocument, match=r"unpack to 5,000,000.*a\.docx"):
        check_archive(io.BytesIO(data), "a.docx", max_xml=4_000_000)
