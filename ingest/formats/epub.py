"""Books (.epub): a document for each chapter, in the order of reading."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO
from urllib.parse import unquote

from ingest.formats.archive import check_archive
from ingest.formats.html import read_page
from ingest.formats.types import Fault, Part, ReadOptions
from rag.errors import UnreadableDocument

_CONTAINER = "META-INF/container.xml"
_PAGES = frozenset({"application/xhtml+xml", "text/html"})


def read_epub(stream: BinaryIO, name: str, options: ReadOptions) -> Iterator[Part | Fault]:
    """Yield a document for each chapter, `#chapter=<number>`, titled by the book and the chapter.

    Raises UnreadableDocument.
    """
    check_archive(stream, name)
    with zipfile.ZipFile(stream) as archive:
        try:
            package = _tree(archive, _CONTAINER).find(".//{*}rootfile").get("full-path")
            root = _tree(archive, package)
        except (KeyError, AttributeError) as error:
            raise UnreadableDocument("This file is not an EPUB book", where=name) from error
        titles = [element.text for element in root.iter("{http://purl.org/dc/elements/1.1/}title") if element.text]
        folder = posixpath.dirname(package)
        for number, page in enumerate(dict.fromkeys(_pages(root)), 1):  # a chapter is read once
            position = f"chapter={number}"
            path = posixpath.normpath(posixpath.join(folder, unquote(page)))
            try:
                data = archive.read(path)
            except KeyError:
                yield Fault("This chapter is missing from the file", position)
                continue
            for part in read_page(data, f"{name}#{position}", options):
                if part.text.strip():
                    title = " / ".join(dict.fromkeys(filter(None, [*titles[:1], part.title])))
                    yield Part(part.text, position, position, title or None, declared=part.declared)


def _pages(root: Any) -> Iterator[str]:
    """Yield the pages of a book in the order of its spine."""
    items = {
        str(item.get("id")): str(item.get("href", ""))
        for item in root.iter("{*}item")
        if item.get("media-type") in _PAGES and "nav" not in str(item.get("properties", "")).split()
    }
    for reference in root.iter("{*}itemref"):
        if page := items.get(str(reference.get("idref"))):
            yield page


def _tree(archive: zipfile.ZipFile, member: str) -> Any:
    from lxml import etree

    return etree.fromstring(archive.read(member), etree.XMLParser(resolve_entities=False, no_network=True))
