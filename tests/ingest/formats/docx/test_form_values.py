"""What was chosen in a Word form is read where its field stands."""

from __future__ import annotations

import pytest

from tests.ingest.files import texts, word

ENTRIES = "".join(f'<w:listEntry w:val="{city}"/>' for city in ("札幌", "仙台", "那覇"))


def field(data: str) -> str:
    begin = f'<w:fldChar w:fldCharType="begin"><w:ffData>{data}</w:ffData></w:fldChar>'
    parts = (begin, "<w:instrText>FORM</w:instrText>", '<w:fldChar w:fldCharType="end"/>')
    return "".join(f"<w:r>{part}</w:r>" for part in parts)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("<w:checkBox><w:checked/></w:checkBox>", "☑"),
        ('<w:checkBox><w:default w:val="1"/><w:checked w:val="0"/></w:checkBox>', "☐"),
        ('<w:checkBox><w:default w:val="1"/></w:checkBox>', "☑"),
        ("<w:checkBox/>", "☐"),
        (f'<w:ddList><w:result w:val="2"/>{ENTRIES}</w:ddList>', "那覇"),
        (f'<w:ddList><w:default w:val="1"/>{ENTRIES}</w:ddList>', "仙台"),
        (f"<w:ddList>{ENTRIES}</w:ddList>", "札幌"),
        ('<w:ddList><w:result w:val="99999999999"/></w:ddList>', ""),
        ('<w:textInput><w:default w:val="x"/></w:textInput>', ""),
    ],
)
def test_values(data: str, value: str) -> None:
    body = f"<w:p>{field(data)}<w:r><w:t>希望する</w:t></w:r></w:p>"
    assert texts("a.docx", word(body)) == {"a.docx": f"{value}希望する"}
