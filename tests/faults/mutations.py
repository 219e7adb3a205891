"""Small files of every format, made on the spot, and random damage to bytes, words and members of archives."""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any

from tests.ingest.files import docx, word, xlsx
from tests.ingest.formats.test_epub import epub
from tests.ingest.formats.test_slides import TABLE, pptx, shape
from tests.ingest.pdf_files import PICTURE, Page, pdf
from tests.rag.tables.test_merged_cells import merged

SENTENCES = (
    "東京は日本の首都である。",
    "第2条 使用者は、次の各号を守らなければならない。",
    "送料は無料です。返品は七日以内に限ります。",
    "The lake is 412 metres deep.",
    "Answer all questions in section A; it's worth £20.",
    "(1) ア　受付は8時から",
    "=SUM(A1:A3) #N/A 1,200円 12.5 %",
    "｜峠《とうげ》の※［＃「木＋無」、第4水準2-15-56］［＃改ページ］",
    "【区分】",
    "<b>bold</b> & [a](http://a.example/?q=1) ｜ ㍿ ① 👩\u200d🔬",
)
BITS = (
    b"", b"\0", b"\xff", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1b$B", b"\xed\xa0\x80", b"&#x0;", b"&#xd800;", b"]]>",
    b"<!--", b"-->", b"<![CDATA[", b"</", b"<", b">", b'"', b"\\", b"\\u0000", b"\\ud800", b"[[[[", b"{{{{", b"\r",
    b"\x0b", b"\x85", b"\xe2\x80\xa8", b"NaN", b"1e999", b"-1", b"0", b"4294967296", b"99999999999999999999", b"%s",
    b"xml:space", b"A1048577", b"XFE1", b"A1:XFD1048576", b"'", b"''", b"\t", b"#" * 40, b"> " * 30, b"_x0000_",
    b"_xD800_", b"../", b"\n---\n",
)  # fmt: skip
_NUMBER = re.compile(rb"\d+")
_WORD = re.compile(rb"<[^<>]{1,80}>|[A-Za-z_:]+|\d+|[^\w\s]", re.DOTALL)
MAX_BYTES = 200_000
"""A mutated file is cut off here: what is measured is small files."""


def _text(chance: random.Random) -> list[str]:
    return [chance.choice(SENTENCES) for _ in range(chance.randint(1, 12))]


def _rows(chance: random.Random) -> list[list[Any]]:
    width = chance.randint(1, 4)
    head = chance.choice((["質問", "回答", "id", "note"], ["分類", "品名", "", "値"]))[:width]
    values: list[Any] = [*SENTENCES, "〃", "合計", "kg", 1, 0.5, "", None, True, "０３", "1" * 20]
    return [head, *([chance.choice(values) for _ in head] for _ in range(chance.randint(1, 8)))]


def _delimited(chance: random.Random, separator: str) -> bytes:
    lines = (
        separator.join(f'"{value}"' if chance.random() < 0.3 else str(value) for value in row) for row in _rows(chance)
    )
    return "\r\n".join(lines).encode(chance.choice(["utf-8", "utf-8-sig", "cp932", "utf-16"]), "replace")


def _markdown(chance: random.Random) -> bytes:
    lines = [chance.choice(["# ", "## ", "- ", "1. ", "> ", "", "", "    "]) + line for line in _text(chance)]
    head = "---\ntitle: 題\nlang: ja\n---\n" if chance.random() < 0.5 else ""
    table = "\n| a | b |\n| --- | --- |\n| 1 | 2 |\n" if chance.random() < 0.5 else ""
    return (head + "\n\n".join(lines) + table).encode()


def _html(chance: random.Random) -> bytes:
    parts = [
        f"<{tag}>{line}</{tag}>" for line in _text(chance) for tag in [chance.choice(["p", "h2", "li", "td", "pre"])]
    ]
    table = "<table><tr><th>a<td colspan=2 rowspan=3>b</table><ruby>東<rt>ひがし</rt></ruby>"
    form = "<input value=9><input type=checkbox checked><select><option selected>a</select>"
    math = (
        "<span><math><msup><mi>x</mi><mfrac><mn>1</mn><mn>2</mn></mfrac></msup></math></span><i aria-hidden=true>x</i>"
    )
    more = f"<ol style='list-style: katakana' start=3><li>a<li value=7>b</ol>{form}{math}"
    head = "<!doctype html><meta charset=utf-8><title>題</title><body>"
    return f"{head}{''.join(parts)}{table}</table>{more if chance.random() < 0.5 else ''}".encode()


def _paragraph(text: str, properties: str = "") -> str:
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def _word(chance: random.Random) -> bytes:
    if chance.random() < 0.5:
        return docx(lambda document: [document.add_paragraph(line) for line in _text(chance)])
    numbered = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    listed = "".join(_paragraph(line, numbered) for line in ("準備", "片付け"))
    wide = "<w:tcPr><w:gridSpan w:val='2'/></w:tcPr>"
    later = "<w:tr><w:trPr><w:gridBefore w:val='1'/></w:trPr><w:tc><w:p/></w:tc></w:tr>"
    table = f"<w:tbl><w:tr><w:tc>{wide}{_paragraph('表')}</w:tc></w:tr>{later}</w:tbl>"
    begin, end = ('<w:fldChar w:fldCharType="begin"/>', '<w:fldChar w:fldCharType="end"/>')
    drawn = "EQ \\o\\ad(\\s\\up 9(よみ),字)\\f(1,2)"
    table += f"<w:p><w:r>{begin}<w:instrText>{drawn}</w:instrText>{end}</w:r></w:p>"
    levels = (
        '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
        '<w:lvlText w:val="第%1条"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )
    return word(listed + table, numbering=levels, header=_paragraph("頭"))


def _old_workbook(chance: random.Random) -> bytes:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    for at, row in enumerate(_rows(chance)):
        for column, value in enumerate(row):
            sheet.write(at, column, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _mail(chance: random.Random) -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"], message["Date"] = "件名", "a@b.example", "Mon, 30 Nov 2026 10:00:00 +0900"
    message.set_content("\n".join(_text(chance)))
    if chance.random() < 0.5:
        message.set_param("format", "flowed")
        message.set_param("delsp", "yes")
    if chance.random() < 0.5:
        message.add_alternative(_html(chance).decode(), subtype="html")
    if chance.random() < 0.5:
        message.add_attachment(b"x" * 50, maintype="application", subtype="pdf", filename="添付.pdf")
    return message.as_bytes()


def _notebook(chance: random.Random) -> bytes:
    cells = [{"cell_type": chance.choice(["markdown", "code", "raw"]), "source": [line]} for line in _text(chance)]
    return json.dumps({"cells": cells, "metadata": {"kernelspec": {"language": "python"}}, "nbformat": 4}).encode()


def _records(chance: random.Random) -> bytes:
    lines = ({"id": str(at), "title": "題", "text": line, "lang": "ja"} for at, line in enumerate(_text(chance)))
    return "\n".join(json.dumps(line, ensure_ascii=chance.random() < 0.5) for line in lines).encode()


def _pages(chance: random.Random) -> bytes:
    pages = [Page(_text(chance), head=["規程"], foot=[f"- {at} -"]) for at in range(chance.randint(1, 3))]
    return pdf(*pages, *([Page(cmap=PICTURE)] if chance.random() < 0.2 else []), title="題")


def _parquet(chance: random.Random) -> bytes:
    import pyarrow
    from pyarrow.parquet import write_table

    rows = _rows(chance)
    columns = {f"列{number}": [str(row[number]) for row in rows if len(row) > number] for number in range(2)}
    least = min(map(len, columns.values()))
    out = io.BytesIO()
    write_table(
        pyarrow.table({name: values[:least] for name, values in columns.items()} | {"数": [*range(least)]}), out
    )
    return out.getvalue()


_NUMBERED = '<a:p><a:pPr lvl="0"><a:buAutoNum type="arabicPeriod" startAt="2"/></a:pPr>'
MAKERS: dict[str, Callable[[random.Random], bytes]] = {
    ".txt": lambda chance: "\n".join(_text(chance)).encode(
        chance.choice(["utf-8", "cp932", "euc_jp", "utf-16", "cp1252", "iso2022_jp"]), "replace"
    ),
    ".md": _markdown,
    ".html": _html,
    ".htm": _html,
    ".pdf": _pages,
    ".docx": _word,
    ".xlsx": lambda chance: (
        merged("A1:A2", "B1:C1", "A4:D4", rows=_rows(chance))
        if chance.random() < 0.5
        else xlsx(表=_rows(chance), Sheet2=_rows(chance))
    ),
    ".xls": _old_workbook,
    ".csv": lambda chance: _delimited(chance, ","),
    ".tsv": lambda chance: _delimited(chance, "\t"),
    ".jsonl": _records,
    ".parquet": _parquet,
    ".pptx": lambda chance: pptx(
        shape(*_text(chance)).replace("&", "&amp;").replace("<a:p>", _NUMBERED, 2) + TABLE,
        shape("二", kind="title"),
        notes="n",
    ),
    ".eml": _mail,
    ".epub": lambda chance: epub({"a": _html(chance).decode(), "b": "<p>b</p>"}, ["a", "b"]),
    ".ipynb": _notebook,
}


def seeds(chance: random.Random, each: int) -> dict[str, list[bytes]]:
    """`each` files of every format."""
    return {suffix: [make(chance) for _ in range(each)] for suffix, make in MAKERS.items()}


def mutated(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """A file with random damage; of an archive, mostly inside one of its members."""
    if data[:2] == b"PK" and chance.random() < 0.8:
        data = _in_member(data, others, chance)
    else:
        data = _damaged(data, others, chance)
    return data[:MAX_BYTES]


def _in_member(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        chosen = chance.choice(names)
        for name in names:
            content = old.read(name)
            if name == chosen:
                if chance.random() < 0.05:
                    continue
                content = _damaged(content, [old.read(other) for other in names], chance)
            new.writestr(name, content)
    return out.getvalue()


def _damaged(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    for _ in range(chance.choice([1, 1, 2, 3, 8])):
        data = chance.choice(_KINDS)(data, others, chance)[: 4 * MAX_BYTES]
    return data


def _flip(data: bytes, _: list[bytes], chance: random.Random) -> bytes:
    out = bytearray(data or b"x")
    for _at in range(chance.choice([1, 4, 20])):
        out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
    return bytes(out)


def _cut(data: bytes, _: list[bytes], chance: random.Random) -> bytes:
    first, last = sorted(chance.randint(0, len(data)) for _at in range(2))
    return data[:first] + data[last:] if chance.random() < 0.7 else data[:last]


def _insert(data: bytes, _: list[bytes], chance: random.Random) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + chance.choice(BITS) * chance.choice([1, 1, 3, 2000]) + data[at:]


def _repeat(data: bytes, _: list[bytes], chance: random.Random) -> bytes:
    """A stretch again and again: deep nesting, long runs."""
    first, last = sorted(chance.randint(0, len(data)) for _at in range(2))
    last = min(last, first + 200)
    return data[:last] + data[first:last] * chance.choice([1, 10, 1000, 5000]) + data[last:]


def _splice(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    other = chance.choice(others)
    return data[: chance.randint(0, len(data))] + other[chance.randint(0, len(other)) :]


def _number(data: bytes, _: list[bytes], chance: random.Random) -> bytes:
    places = list(_NUMBER.finditer(data))
    if not places:
        return data
    place = chance.choice(places)
    value = chance.choice(
        [b"0", b"-1", b"65536", b"1048577", b"2147483648", b"9" * 19, b"1" + b"0" * 12, b"9" * 5000, b"1e308"]
    )
    return data[: place.start()] + value + data[place.end() :]


def _swap(data: bytes, _: list[bytes], chance: random.Random) -> bytes:
    """One word or tag in the place of another, or twice, or not at all."""
    words = list(_WORD.finditer(data))
    if len(words) < 2:
        return data
    place, other = chance.sample(words, 2)
    return data[: place.start()] + other[0] * chance.choice([0, 1, 1, 2, 500]) + data[place.end() :]


_KINDS = (_flip, _cut, _insert, _repeat, _splice, _number, _number, _swap, _swap)


def stream(chance: random.Random, each: int) -> Iterator[tuple[str, bytes]]:
    """Damaged files without end, with their suffix, one format after the other."""
    files = seeds(chance, each)
    while True:
        for suffix, some in files.items():
            yield suffix, mutated(chance.choice(some), some, chance)
