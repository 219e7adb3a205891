"""EQ fields of Word: readings over words, letters in circles, fractions."""

from __future__ import annotations

import time

import pytest

from ingest.formats.docx.equation_fields import equation_text
from tests.ingest.files import texts, word


def field(*pieces: str, result: str | None = None) -> str:
    inner = "".join(f"<w:instrText>{piece}</w:instrText>" for piece in pieces)
    shown = "" if result is None else f'<w:fldChar w:fldCharType="separate"/><w:t>{result}</w:t>'
    begin, end = '<w:fldChar w:fldCharType="begin"/>', '<w:fldChar w:fldCharType="end"/>'
    return f"<w:r><w:t>駅は</w:t></w:r><w:r>{begin}{inner}{shown}{end}</w:r><w:r><w:t>です。</w:t></w:r>"


@pytest.mark.parametrize(
    ("instruction", "text"),
    [
        (r'EQ \* jc2 \* "Font:游明朝" \* hps10 \o\ad(\s\up 9(おおみや),大宮)', "大宮"),
        (r"eq \o(\s\up 8(かん),漢)\o(\s\up 8(じ),字)", "漢字"),
        (r"EQ \o\ac(○,印)", "印"),
        (r"eq \o\ac(◯,35)", "㉟"),
        (r"eq \o\ac(○,51)", "51"),
        (r"EQ \f(3,4)", "3/4"),
        (r"EQ \r(3,x)", "√(x)"),
        (r"EQ x\s\up5(2)+\b(a\,b)", "x2+(a,b)"),
        (r"EQ \o\ac(○,秘", "秘"),
        ("PAGE", ""),
        ("EQ", ""),
    ],
)
def test_what_a_field_shows(instruction: str, text: str) -> None:
    assert equation_text(instruction) == text


def test_the_word_below_a_reading_is_text_whatever_runs_the_field_is_in() -> None:
    pieces = (r"EQ \* hps10 \o\ad(\s\up 9(", "あおもり", "),青森)")
    assert texts("a.docx", word(f"<w:p>{field(*pieces)}</w:p>")) == {"a.docx": "駅は青森です。"}
    assert texts("a.docx", word(f"<w:p>{field(*pieces, result='弘前')}</w:p>")) == {"a.docx": "駅は弘前です。"}


def test_a_field_within_the_instruction_of_another_shows_nothing() -> None:
    begin, middle, end = (f'<w:fldChar w:fldCharType="{kind}"/>' for kind in ("begin", "separate", "end"))
    inner = f"{begin}<w:instrText>EQ \\f(1,2)</w:instrText>{end}"
    field = f"{begin}<w:instrText>IF </w:instrText>{inner}{middle}<w:t>可</w:t>{end}"
    assert texts("a.docx", word(f"<w:p><w:r>{field}</w:r></w:p>")) == {"a.docx": "可"}


@pytest.mark.parametrize("piece", ["(", ")", "\\o(", "\\s\\up 9(", ",", "\\", "\\* "])
def test_a_long_field_takes_linear_time(piece: str) -> None:
    began = time.perf_counter()
    equation_text("EQ " + piece * 30_000)
    assert time.perf_counter() - began < 3
