"""Presentations: a document for each slide."""

from __future__ import annotations

import io
import re
import zipfile

from ingest.documents import LoadedDocument
from rag.records import Failure
from tests.ingest.files import read_as, texts

KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    f'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:r="{KIND}"'
)


def relationships(**targets: str) -> str:
    inner = "".join(
        f'<Relationship Id="{key}" Type="{KIND}/{key.rstrip("0123456789")}" Target="{target}"/>'
        for key, target in targets.items()
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'
    )


def shape(*paragraphs: str, kind: str = "") -> str:
    place = f'<p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr>' if kind else ""
    text = "".join(f"<a:p><a:r><a:t>{paragraph}</a:t></a:r></a:p>" for paragraph in paragraphs)
    return f"<p:sp>{place}<p:txBody>{text}</p:txBody></p:sp>"


def cell(text: str) -> str:
    return f"<a:tc><a:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></a:txBody></a:tc>"


ROWS = (("区分", "時間"), ("早番", "8時"))
TABLE = "<a:tbl>" + "".join("<a:tr>" + "".join(map(cell, row)) + "</a:tr>" for row in ROWS) + "</a:tbl>"


def strictly(xml: str) -> str:
    names = re.compile("http://schemas.openxmlformats.org/(officeDocument|drawingml|presentationml)/2006")
    return names.sub("http://purl.oclc.org/ooxml/\\1", xml)


def pptx(*slides: str, notes: str = "", strict: bool = False) -> bytes:
    listed = "".join(f'<p:sldId id="{at}" r:id="slide{at}"/>' for at in range(len(slides)))
    files = {
        "_rels/.rels": relationships(officeDocument="ppt/presentation.xml"),
        "ppt/presentation.xml": f"<p:presentation {NAMES}><p:sldIdLst>{listed}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": relationships(
            **{f"slide{at}": f"slides/s{len(slides) - at}.xml" for at in range(len(slides))}
        ),
        "ppt/notesSlides/n.xml": f"<p:notes {NAMES}>{shape('9', kind='sldNum')}{shape(notes, kind='body')}</p:notes>",
    }
    for at, slide in enumerate(slides):
        head = "" if not slide.startswith("!") else ' show="0"'
        files[f"ppt/slides/s{len(slides) - at}.xml"] = f"<p:sld {NAMES}{head}>{slide.lstrip('!')}</p:sld>"
        if notes:
            files[f"ppt/slides/_rels/s{len(slides) - at}.xml.rels"] = relationships(notesSlide="../notesSlides/n.xml")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, xml in files.items():
            archive.writestr(name, strictly(xml) if strict else xml)
    return out.getvalue()


def test_slides_in_their_order() -> None:
    one = shape("就業規則", kind="ctrTitle") + shape("勤務は九時から。", "休みは日曜日。")
    two = shape("表", kind="title") + TABLE + shape("2", kind="sldNum") + shape("2024年", kind="dt")
    for strict in (False, True):
        found = read_as("a.pptx", pptx(one, two, strict=strict))
        assert [(slide.source, slide.title, slide.text) for slide in found if isinstance(slide, LoadedDocument)] == [
            ("a.pptx#slide=1", "就業規則", "# 就業規則\n\n勤務は九時から。\n休みは日曜日。"),
            ("a.pptx#slide=2", "表", "# 表\n\n| 区分 | 時間 |\n| 早番 | 8時 |"),
        ]


def test_notes_are_read_and_hidden_slides_left_out() -> None:
    found = read_as("a.pptx", pptx(shape("本文です。"), "!" + shape("隠し"), notes="話す事。"))
    assert [slide.text for slide in found if isinstance(slide, LoadedDocument)] == ["本文です。\n\n話す事。"]
    assert [(slide.subject, slide.error) for slide in found if isinstance(slide, Failure)] == [
        ("a.pptx#slide=2", "LeftOut")
    ]


def test_a_title_that_was_drawn_last_is_read_first() -> None:
    drawn = f"<p:cSld><p:spTree>{shape('本文です。')}{shape('表題', kind='title')}</p:spTree></p:cSld>"
    assert list(texts("a.pptx", pptx(drawn)).values()) == ["# 表題\n\n本文です。"]


def test_another_office_file_is_named() -> None:
    from tests.ingest.files import xlsx

    (failed,) = read_as("a.pptx", xlsx(表=[["a"]]))
    assert isinstance(failed, Failure)
    assert "not a PowerPoint file" in failed.message


def test_merged_cells_and_raised_figures() -> None:
    merged = TABLE.replace("<a:tc>", '<a:tc gridSpan="2">', 1).replace("<a:tc>", '<a:tc hMerge="1">', 1)
    merged = merged.replace("<a:tc>", '<a:tc rowSpan="2">', 1)
    below = cell("").replace("<a:tc>", '<a:tc vMerge="1">') + cell("9時")
    merged = merged.replace("</a:tbl>", f"<a:tr>{below}</a:tr></a:tbl>")
    raised = shape("10").replace("</a:r>", '</a:r><a:r><a:rPr baseline="30000"/><a:t>5</a:t></a:r>')
    (document,) = read_as("a.pptx", pptx(merged + raised))
    assert isinstance(document, LoadedDocument)
    assert document.text == "| 区分 |\n| 早番 | 8時 |\n| 早番 | 9時 |\n\n10⁵"


def test_equations_struck_text_and_numbers_of_slides_in_text() -> None:
    math = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    base, exponent = (f"<m:r><m:t>{letter}</m:t></m:r>" for letter in "y3")
    power = f"<m:sSup><m:e>{base}</m:e><m:sup>{exponent}</m:sup></m:sSup>"
    power = f'<m:oMath xmlns:m="{math}">{power}</m:oMath>'
    slide = shape("体積は").replace("</a:r>", f"</a:r>{power}<a:r><a:t>。</a:t></a:r>")
    slide += shape("九時").replace("<a:t>", '<a:rPr strike="sngStrike"/><a:t>')
    slide += shape("資料").replace("</a:r>", '</a:r><a:fld type="slidenum"><a:t>7</a:t></a:fld>')
    assert texts("a.pptx", pptx(slide)) == {"a.pptx#slide=1": "体積はy^3。\n\n~~九時~~\n\n資料"}
