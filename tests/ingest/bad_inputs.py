"""Files that are broken, or made to break their reader, and what comes of each.

`python -m tests.ingest.bad_inputs` prints the table, with what this kotae says.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ingest.documents import LoadedDocument
from tests.ingest.files import ENCRYPTED_OFFICE, OLD_OFFICE, bomb, docx, edited, read_as, xlsx
from tests.ingest.pdf_files import BLANK, PASSWORD, PICTURE, Page, pdf

WHOLE = ""


@dataclass(frozen=True)
class BadInput:
    """`documents` is how many of them are read all the same; `failed` are the places that fail, WHOLE for the file.

    `says` is in the message of the last failure.
    """

    what: str
    name: str
    make: Callable[[], bytes]
    documents: int
    failed: tuple[str, ...]
    says: str


def _entities() -> bytes:
    levels = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 10))
    return b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e0 "laughs">' + levels + b"]>"


def _laughing(data: bytes, member: str, root: bytes, word: bytes) -> bytes:
    return edited(data, member, lambda xml: _entities() + xml[xml.index(root) :].replace(word, b"&e9;"))


def _word(text: str = "The rules.") -> bytes:
    return docx(lambda document: document.add_paragraph(text))


def _book() -> bytes:
    return xlsx(FAQ=[["question", "answer"], ["free?", "yes"], ["when?", "now"]])


def _lines(*values: Any) -> bytes:
    return b"\n".join(one if isinstance(one, bytes) else json.dumps(one).encode() for one in values)


def _cut(data: bytes, share: float) -> bytes:
    return data[: int(len(data) * share)]


JAPANESE = "東京は日本の首都である。江戸と呼ばれた町が、1868年に改名された。\n" * 5
JSON_LINE = '{"text": "東京"}'.encode()
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
ONE_PAGE = pdf(Page(["本文。"]))
SHEET = "xl/worksheets/sheet1.xml"

BAD_INPUTS = (
    # Text
    BadInput("empty text", "a.txt", lambda: b"", 0, (WHOLE,), "empty"),
    BadInput("blanks only", "a.md", lambda: b" \n\t\n\xe3\x80\x80", 0, (WHOLE,), "empty"),
    BadInput("front matter without text", "a.md", lambda: b"---\ntitle: T\n---\n", 0, (WHOLE,), "empty"),
    BadInput("front matter in a third language", "a.md", lambda: b"---\nlang: fr\n---\nSalut", 0, (WHOLE,), "lang: fr"),
    BadInput("picture named .txt", "a.txt", lambda: PNG, 0, (WHOLE,), "is a picture"),
    BadInput("PDF named .md", "a.md", lambda: ONE_PAGE, 0, (WHOLE,), "is a PDF"),
    BadInput("Word document named .txt", "a.txt", _word, 0, (WHOLE,), "zip archive"),
    BadInput("bytes of no kind named .txt", "a.txt", lambda: bytes(range(256)) * 9, 0, (WHOLE,), "zero bytes"),
    BadInput("NUL bytes in text", "a.txt", lambda: JAPANESE.encode() + b"\0", 0, (WHOLE,), "zero bytes (1)"),
    BadInput("UTF-8 cut off in a letter", "a.txt", lambda: JAPANESE.encode()[:-2], 0, (WHOLE,), "UTF-8 except for"),
    BadInput("UTF-8 with a stray byte", "a.md", lambda: b"\xff" + JAPANESE.encode(), 0, (WHOLE,), "in line 1"),
    BadInput("UTF-16 cut off in a letter", "a.txt", lambda: JAPANESE.encode("utf-16")[:-1], 0, (WHOLE,), "not text"),
    BadInput("ISO-2022-JP cut off", "a.txt", lambda: b"\x1b$B\x21", 0, (WHOLE,), "not text"),
    # HTML
    BadInput("empty page", "a.html", lambda: b"", 0, (WHOLE,), "empty"),
    BadInput("page of scripts only", "a.html", lambda: b"<script>x()</script><nav>n</nav>", 0, (WHOLE,), "empty"),
    BadInput("page of comments only", "a.htm", lambda: b"<!-- x -->", 0, (WHOLE,), "empty"),
    BadInput("100,000 nested elements", "a.html", lambda: b"<div>" * 100_000 + b"deep", 0, (WHOLE,), "too deeply"),
    BadInput("tags that never end", "a.html", lambda: b"text <b " * 50_000, 0, (WHOLE,), "attributes"),
    BadInput("binary named .html", "a.html", lambda: PNG, 0, (WHOLE,), "is a picture"),
    # Further formats
    BadInput("text named .pptx", "a.pptx", lambda: b"hello", 0, (WHOLE,), "not an Office file"),
    BadInput("text named .epub", "a.epub", lambda: b"hello", 0, (WHOLE,), "cut off"),
    BadInput("text named .xls", "a.xls", lambda: b"hello", 0, (WHOLE,), "damaged"),
    BadInput("page named .xls", "a.xls", lambda: b"\n<HTML><table><tr><td>x", 0, (WHOLE,), "is a web page (HTML)"),
    BadInput("XML named .xls", "a.xls", lambda: b"<?xml version='1.0'?><Workbook/>", 0, (WHOLE,), "is XML"),
    BadInput("workbook named .xls", "a.xls", _book, 0, (WHOLE,), "zip archive"),
    BadInput("rich text named .txt", "a.txt", lambda: rb"{\rtf1\ansi x}", 0, (WHOLE,), "is a rich text"),
    BadInput("rich text named .docx", "a.docx", lambda: rb"{\rtf1\ansi x}", 0, (WHOLE,), "is a rich text"),
    BadInput("page of frames", "a.html", lambda: b"<frameset><frame src=a.html>", 0, (WHOLE,), "consists of frames"),
    BadInput("parquet cut off", "a.parquet", lambda: b"PAR1" + bytes(40), 0, (WHOLE,), "damaged"),
    BadInput("notebook cut off", "a.ipynb", lambda: b"{", 0, (WHOLE,), "not JSON"),
    BadInput("notebook without cells", "a.ipynb", lambda: b'{"cells": []}', 0, (WHOLE,), "empty"),
    BadInput("mail without a text", "a.eml", lambda: b"Subject: x\n\n", 0, (WHOLE,), "empty"),
    BadInput("header alone, divided by tabs", "a.tsv", lambda: b"id\ttext\n", 0, (WHOLE,), "empty"),
    # PDF
    BadInput("empty PDF", "a.pdf", lambda: b"", 0, (WHOLE,), "cut off"),
    BadInput("truncated PDF", "a.pdf", lambda: _cut(ONE_PAGE, 0.5), 0, (WHOLE,), "cut off"),
    BadInput("text named .pdf", "a.pdf", lambda: b"hello", 0, (WHOLE,), "cut off, damaged or not a PDF"),
    BadInput("PDF with a password", "a.pdf", lambda: pdf(Page(["x"]), trailer=PASSWORD), 0, (WHOLE,), "password"),
    BadInput("scanned PDF", "a.pdf", lambda: pdf(Page(cmap=PICTURE), Page(cmap=PICTURE)), 0, (WHOLE,), "OCR"),
    BadInput("PDF of blank pages", "a.pdf", lambda: pdf(Page(cmap=BLANK)), 0, (WHOLE,), "blank"),
    BadInput("PDF without pages", "a.pdf", pdf, 0, (WHOLE,), "damaged"),
    BadInput(
        "PDF with one scanned page", "a.pdf", lambda: pdf(Page(["本文。"]), Page(cmap=PICTURE)), 1, ("page=2",), "OCR"
    ),
    BadInput(
        "PDF whose fonts do not tell their letters",
        "a.pdf",
        lambda: pdf(Page(["日本語の文章"], "UniJIS-UTF8-H", "utf-8")),
        0,
        (WHOLE,),
        "fonts",
    ),
    # Word
    BadInput("empty docx", "a.docx", lambda: b"", 0, (WHOLE,), "empty"),
    BadInput("docx without text", "a.docx", lambda: _word(""), 0, (WHOLE,), "empty"),
    BadInput("truncated docx", "a.docx", lambda: _cut(_word(), 0.9), 0, (WHOLE,), "cut off"),
    BadInput("text named .docx", "a.docx", JAPANESE.encode, 0, (WHOLE,), "not an Office file"),
    BadInput("workbook named .docx", "a.docx", _book, 0, (WHOLE,), "not a Word file"),
    BadInput("encrypted docx", "a.docx", lambda: ENCRYPTED_OFFICE, 0, (WHOLE,), "encrypted"),
    BadInput(".doc named .docx", "a.docx", lambda: OLD_OFFICE + bytes(900), 0, (WHOLE,), "before 2007"),
    BadInput("zip bomb", "a.docx", lambda: bomb("word/document.xml", 60_000_000), 0, (WHOLE,), "zip bomb"),
    BadInput(
        "docx with cut XML",
        "a.docx",
        lambda: edited(_word(), "word/document.xml", lambda x: x[:-40]),
        0,
        (WHOLE,),
        "damaged",
    ),
    BadInput(
        "a billion laughs in docx",
        "a.docx",
        lambda: _laughing(_word(), "word/document.xml", b"<w:document", b"rules"),
        0,
        (WHOLE,),
        "damaged",
    ),
    BadInput(
        "docx without its main part",
        "a.docx",
        lambda: edited(_word(), "_rels/.rels", lambda x: x.replace(b"word/document.xml", b"word/none.xml")),
        0,
        (WHOLE,),
        "damaged",
    ),
    # Excel
    BadInput("empty xlsx", "a.xlsx", lambda: b"", 0, (WHOLE,), "empty"),
    BadInput("xlsx with a header only", "a.xlsx", lambda: xlsx(S=[["a", "b"]]), 0, (WHOLE,), "empty"),
    BadInput("truncated xlsx", "a.xlsx", lambda: _cut(_book(), 0.9), 0, (WHOLE,), "cut off"),
    BadInput("Word document named .xlsx", "a.xlsx", _word, 0, (WHOLE,), "damaged"),
    BadInput("encrypted xlsx", "a.xlsx", lambda: ENCRYPTED_OFFICE, 0, (WHOLE,), "encrypted"),
    BadInput("zip bomb", "a.xlsx", lambda: bomb(SHEET, 60_000_000), 0, (WHOLE,), "zip bomb"),
    BadInput(
        "xlsx that breaks off after two rows",
        "a.xlsx",
        lambda: edited(_book(), SHEET, lambda x: x[:-80]),
        2,
        (WHOLE,),
        "FAQ!3",
    ),
    BadInput(
        "a billion laughs in xlsx",
        "a.xlsx",
        lambda: _laughing(_book(), SHEET, b"<worksheet", b"free?"),
        0,
        (WHOLE,),
        "damaged",
    ),
    BadInput(
        "xlsx with an id twice", "a.xlsx", lambda: xlsx(S=[["id", "text"], [1, "a"], [1, "b"]]), 1, ("S!3",), "twice"
    ),
    # CSV
    BadInput("empty csv", "a.csv", lambda: b"", 0, (WHOLE,), "empty"),
    BadInput("csv with a header only", "a.csv", lambda: b"id,text\n", 0, (WHOLE,), "empty"),
    BadInput("csv with an open quotation mark", "a.csv", lambda: b'a,b\n1,2\n"3,4\n5,6\n', 1, (WHOLE,), "From row 3"),
    BadInput("csv with too many cells in a row", "a.csv", lambda: b"a,b\n1,2,3\n4,5\n", 1, ("row=2",), "3 cells"),
    BadInput("csv with an id twice", "a.csv", lambda: b"id,text\nx,a\ny,b\nx,c\n", 2, ("row=4",), "first in row=2"),
    BadInput("csv with a row without text", "a.csv", lambda: b"id,text\nx,\ny,b\n", 1, ("row=2",), "empty"),
    BadInput("csv with NUL bytes", "a.csv", lambda: b"a,b\n1,\0\n", 0, (WHOLE,), "zero bytes (1)"),
    BadInput("workbook named .csv", "a.csv", _book, 0, (WHOLE,), "zip archive"),
    # JSON Lines
    BadInput("empty jsonl", "a.jsonl", lambda: b"\n\n", 0, (WHOLE,), "empty"),
    BadInput(
        "one broken line", "a.jsonl", lambda: _lines({"text": "a"}, b"{oops", {"text": "b"}), 2, ("line=2",), "JSON"
    ),
    BadInput("last line cut off", "a.jsonl", lambda: _lines({"text": "a"}, b'{"text": "b'), 1, ("line=2",), "JSON"),
    BadInput("a line that is a list", "a.jsonl", lambda: _lines({"text": "a"}, [1]), 1, ("line=2",), "list"),
    BadInput("a line without text", "a.jsonl", lambda: _lines({"text": "a"}, {"txt": "b"}), 1, ("line=2",), "txt"),
    BadInput(
        "an id twice", "a.jsonl", lambda: _lines(*[{"id": 1, "text": "a"}] * 2), 1, ("line=2",), "first in line=1"
    ),
    BadInput("an escaped NUL", "a.jsonl", lambda: _lines({"text": "a\0"}, {"text": "b"}), 1, ("line=1",), "NUL"),
    BadInput(
        "half a surrogate pair",
        "a.jsonl",
        lambda: _lines({"text": "a"}, {"text": "\ud83d"}),
        1,
        ("line=2",),
        "surrogate",
    ),
    BadInput(
        "half a surrogate pair in an id",
        "a.jsonl",
        lambda: _lines({"id": "\ude00", "text": "a"}),
        0,
        ("line=1", WHOLE),
        "pair",
    ),
    BadInput("a line of other bytes", "a.jsonl", lambda: _lines(JSON_LINE, b"\xff\xfe"), 1, ("line=2",), "not UTF-8"),
    BadInput("brackets 100,000 deep", "a.jsonl", lambda: _lines(b"[" * 100_000, {"text": "a"}), 1, ("line=1",), "JSON"),
    BadInput("nothing but broken lines", "a.jsonl", lambda: b"{\n}\n", 0, ("line=1", "line=2", WHOLE), "Nothing in"),
)


def main() -> None:
    """Print the table."""
    for one in BAD_INPUTS:
        found = read_as(one.name, one.make())
        read = sum(isinstance(part, LoadedDocument) for part in found)
        print(f"{one.name}: {one.what}: {read} documents read")
        for part in found:
            if not isinstance(part, LoadedDocument):
                print(f"    {part.error}: {part.message}")


if __name__ == "__main__":
    main()
