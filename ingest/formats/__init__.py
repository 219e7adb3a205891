"""The formats of documents, one module each, and the reader for each file suffix."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.formats.docx.reader import read_docx
from ingest.formats.epub import read_epub
from ingest.formats.html import read_html
from ingest.formats.mail import read_eml
from ingest.formats.notebook import read_ipynb
from ingest.formats.pdf.reader import read_pdf
from ingest.formats.slides import read_pptx
from ingest.formats.tables.jsonl import read_jsonl
from ingest.formats.tables.parquet import read_parquet
from ingest.formats.tables.reader import read_csv, read_xls, read_xlsx
from ingest.formats.text import read_markdown, read_text
from ingest.formats.types import Fault, Part, Reader, ReadOptions
from rag.messages import Message

READERS: Mapping[str, Reader] = {
    ".txt": read_text,
    ".md": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".pdf": read_pdf,
    ".docx": read_docx,
    ".docm": read_docx,
    ".xlsx": read_xlsx,
    ".xlsm": read_xlsx,
    ".xls": read_xls,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".jsonl": read_jsonl,
    ".parquet": read_parquet,
    ".pptx": read_pptx,
    ".pptm": read_pptx,
    ".eml": read_eml,
    ".epub": read_epub,
    ".ipynb": read_ipynb,
}
TABLES = frozenset({".xlsx", ".xlsm", ".xls", ".csv", ".tsv", ".jsonl", ".parquet"})
PLAIN = frozenset({".txt", ".md", ".html", ".htm", ".csv", ".tsv", ".jsonl", ".eml", ".ipynb"})

_MAGIC = (
    (b"%PDF-", Message("a PDF")),
    (b"PK\x03\x04", Message("a zip archive (such as .docx or .xlsx)")),
    (b"\xd0\xcf\x11\xe0", Message("an old or encrypted Office file")),
    (b"\x89PNG", Message("a picture")),
    (b"\xff\xd8\xff", Message("a picture")),
    (b"\x1f\x8b", Message("a gzip archive")),
    (b"{\\rtf", Message("a rich text (RTF)")),
)
_MARKUP = (
    (b"<html", Message("a web page (HTML)")),
    (b"<!doctype html", Message("a web page (HTML)")),
    (b"<?xml", Message("XML")),
    (b"<table", Message("HTML")),
)
_OFFICE = frozenset({".docx", ".docm", ".xlsx", ".xlsm", ".pptx", ".pptm"})  # encrypted, they are old Office files
_OWN = {".pdf": _MAGIC[0][1], ".xls": _MAGIC[2][1]} | dict.fromkeys((*_OFFICE, ".epub"), _MAGIC[1][1])


def other_kind(suffix: str, data: bytes) -> str | None:
    """Return the kind of a file by its first bytes, if it is another than its suffix says.

    >>> other_kind(".xls", b"<html><body>"), other_kind(".txt", b"%PDF-1.7"), other_kind(".html", b"<html>")
    ('a web page (HTML)', 'a PDF', None)
    """
    kind = next((kind for magic, kind in _MAGIC if data.startswith(magic)), None)
    if kind is None and suffix in _OWN:
        begins = data.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        kind = next((kind for magic, kind in _MARKUP if begins.startswith(magic)), None)
    if kind == _OWN.get(suffix) or (suffix in _OFFICE and kind == _OWN[".xls"]):
        return None
    return kind if suffix in PLAIN or suffix in _OWN else None


__all__ = ["PLAIN", "READERS", "TABLES", "Fault", "Part", "ReadOptions", "Reader", "other_kind"]
