"""Real files of every format, made on the spot, and reading them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from ingest.documents import CorpusFile, LoadedDocument, documents
from ingest.formats import ReadOptions
from rag.records import Failure

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_OFFICE = OLD_OFFICE + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"
COMPATIBLE = "http://schemas.openxmlformats.org/markup-compatibility/2006"
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def read_as(name: str, data: bytes, *columns: str) -> list[LoadedDocument | Failure]:
    """The documents and failures in a file of this name."""
    return list(documents(CorpusFile(name, Path("/corpus", name)), io.BytesIO(data), ReadOptions(columns)))


def texts(name: str, data: bytes, *columns: str) -> dict[str, str]:
    """The texts by source of a file in which nothing fails."""
    found = read_as(name, data, *columns)
    assert not [one for one in found if isinstance(one, Failure)], found
    return {one.source: one.text for one in found if isinstance(one, LoadedDocument)}


def xlsx(**sheets: Iterable[Sequence[Any]]) -> bytes:
    """A workbook with these sheets."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return _saved(book)


def docx(fill: Callable[[Any], None]) -> bytes:
    """A Word document that `fill` has written into."""
    from docx import Document

    document = Document()
    fill(document)
    return _saved(document)


def word(body: str, numbering: str = "", styles: str = "", **notes: str) -> bytes:
    """A Word document of this XML: what is in its body, its lists, its styles, and parts such as `header`."""
    parts = {"document": f"<w:body>{body}</w:body>", "numbering": numbering, "styles": styles, **notes}
    roots = {"header": "hdr", "footer": "ftr"}
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", _relationships({"d": (f"{kind}/officeDocument", "word/document.xml")}))
        related = {name: (f"{kind}/{name.rstrip('0123456789')}", f"{name}.xml") for name in parts if name != "document"}
        archive.writestr("word/_rels/document.xml.rels", _relationships(related))
        for name, xml in parts.items():
            root = roots.get(name.rstrip("0123456789"), name)
            namespaces = f'{WORD} xmlns:r="{kind}" xmlns:m="{MATH}" xmlns:mc="{COMPATIBLE}"'
            archive.writestr(f"word/{name}.xml", f"<w:{root} {namespaces}>{xml}</w:{root}>")
    return out.getvalue()


def _relationships(targets: dict[str, tuple[str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="{key}" Type="{kind}" Target="{target}"/>' for key, (kind, target) in targets.items()
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'
    )


def edited(data: bytes, member: str, change: Callable[[bytes], bytes]) -> bytes:
    """An archive, one of whose members is changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        assert member in old.namelist()
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == member else old.read(name))
    return out.getvalue()


def bomb(member: str, size: int) -> bytes:
    """An archive whose one member unpacks to `size` bytes of blanks."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(member, "w") as stream:
        for _ in range(size // 1_000_000):
            stream.write(b" " * 1_000_000)
    return out.getvalue()


def _saved(thing: Any) -> bytes:
    out = io.BytesIO()
    thing.save(out)
    return out.getvalue()
