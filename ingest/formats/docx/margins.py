"""Headers and footers of a Word document: which of them its pages show, and which of their lines are content."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ingest.formats.docx.styles import attribute, is_on
from rag.text.office_package import RELATIONSHIP_ID, OfficePackage

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PAGE_NUMBER = re.compile(r"(?:[\W\d_]|pages?|of|ページ|頁|目|総|全|中|第)*", re.IGNORECASE)


def margin_parts(package: OfficePackage, main: str, root: Any, kind: str) -> Iterator[str]:
    """Yield each header or footer ("header", "footer") that a section of the document shows, once.

    That of the first page is shown where the section has one, that of even pages where the document has them.
    """
    by_id = {relation.id: relation.part for relation in package.relationships(main)}
    settings = next(map(package.tree, package.related(main, "settings")), None)
    even = settings is not None and is_on(settings.find(f"{_W}evenAndOddHeaders"))
    seen = set()
    for section in root.iter(f"{_W}sectPr"):
        first = is_on(section.find(f"{_W}titlePg"))
        for reference in section.iterfind(f"{_W}{kind}Reference"):
            place = attribute(reference, "type")
            part = by_id.get(str(reference.get(RELATIONSHIP_ID, "")), "")
            if part and part not in seen and (place not in {"first", "even"} or (first if place == "first" else even)):
                seen.add(part)
                yield part


def content_lines(text: str, body: set[str]) -> list[str]:
    r"""Return the lines of a header or footer that say anything: no page numbers, nothing that the body says as a line.

    >>> content_lines("HR-012\n- 3 / 10 -\n3ページ\n規程", {"規程"})
    ['HR-012']
    """
    kept = []
    for line in text.split("\n"):
        plain = line.strip(" |")
        if plain and plain.lstrip("# ") not in body and not _PAGE_NUMBER.fullmatch(plain):
            kept.append(plain)
    return list(dict.fromkeys(kept))
