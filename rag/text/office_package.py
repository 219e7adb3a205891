"""Parts of an Office file (docx, xlsx, pptx), found by their relationships as Office finds them.

A name may be absolute or relative, in any case and percent-encoded. Nothing but the parts asked for is unpacked, so
that a broken picture harms nothing. Strict Open XML has other namespaces: its parts are given the ordinary ones.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, BinaryIO
from urllib.parse import unquote

_STRICT = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    b"http://purl.oclc.org/ooxml/presentationml/main": b"http://schemas.openxmlformats.org/presentationml/2006/main",
    b"http://purl.oclc.org/ooxml/drawingml/": b"http://schemas.openxmlformats.org/drawingml/2006/",
    b"http://purl.oclc.org/ooxml/officeDocument/math": b"http://schemas.openxmlformats.org/officeDocument/2006/math",
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    ),
}
RELATIONSHIP_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True)
class Relationship:
    """A relationship of a part: its id, its kind (the last word of its type) and the part that it points to."""

    id: str
    kind: str
    part: str


class OfficePackage:
    """The parts of an Office file, by name. Raises whatever zipfile and lxml raise."""

    def __init__(self, stream: BinaryIO) -> None:
        self._archive = zipfile.ZipFile(stream)
        self._members = {_folded(name): name for name in self._archive.namelist()}

    def __contains__(self, part: str) -> bool:
        return _folded(part) in self._members

    def main_part(self) -> str:
        """Return the part that is the document. Raises KeyError if there is none."""
        parts = [relation.part for relation in self.relationships() if relation.kind == "officeDocument"]
        if not parts:
            raise KeyError("no part of this file is its document")
        return parts[0]

    def relationships(self, part: str = "") -> Iterator[Relationship]:
        """Yield what a part points to within the file, or, without a part, what the file itself does."""
        folder, name = posixpath.split(part)
        described = posixpath.join(folder, "_rels", f"{name}.rels")
        if described not in self:
            return
        for element in self.tree(described):
            target = str(element.get("Target", ""))
            if element.get("TargetMode") == "External" or not target:
                continue
            within = unquote(target).replace("\\", "/")
            path = posixpath.normpath(posixpath.join("/", folder, within)).lstrip("/")
            if path in self:
                kind = str(element.get("Type", "")).rpartition("/")[2]
                yield Relationship(str(element.get("Id", "")), kind, path)

    def related(self, part: str, kind: str) -> list[str]:
        """Return the parts of a kind, such as "styles", that a part points to."""
        return [relation.part for relation in self.relationships(part) if relation.kind == kind]

    def tree(self, part: str) -> Any:
        """Return the root element of a part."""
        from lxml import etree

        data = self._archive.read(self._members[_folded(part)])
        if b"purl.oclc.org" in data:
            for strict, ordinary in _STRICT.items():
                data = data.replace(strict, ordinary)
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))

    def open(self, part: str) -> IO[bytes]:
        """Open a part that is too large to be held as a tree."""
        return self._archive.open(self._members[_folded(part)])


def _folded(part: str) -> str:
    return part.replace("\\", "/").lstrip("/").casefold()
