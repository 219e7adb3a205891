"""Charts and SmartArt of Office files are read as titles, labels and tables of values."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.ingest.files import texts
from tests.ingest.formats.test_slides import KIND, relationships

DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
CHART = f'xmlns:c="{DRAWING}/chart" xmlns:a="{DRAWING}/main" xmlns:r="{KIND}"'


def cache(kind: str, *values: str, code: str = "General") -> str:
    points = "".join(f'<c:pt idx="{at}"><c:v>{value}</c:v></c:pt>' for at, value in enumerate(values))
    form = f"<c:formatCode>{code}</c:formatCode>" if kind == "num" else ""
    return f'<c:{kind}Ref><c:{kind}Cache>{form}<c:ptCount val="{len(values)}"/>{points}</c:{kind}Cache></c:{kind}Ref>'


def series(name: str, labels: list[str], values: list[str], code: str = "General") -> str:
    return (
        f"<c:ser><c:tx>{cache('str', name)}</c:tx><c:cat>{cache('str', *labels)}</c:cat>"
        f"<c:val>{cache('num', *values, code=code)}</c:val></c:ser>"
    )


SALES = (
    f"<c:chartSpace {CHART}><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>売上</a:t></a:r></a:p></c:rich></c:tx>"
    "</c:title>"
    f"<c:plotArea><c:barChart>{series('東京', ['4月', '5月'], ['1200', '1500'], '#,##0&quot;円&quot;')}"
    f"{series('大阪', ['4月', '5月'], ['0.30000000000000004', '7'])}</c:barChart></c:plotArea></c:chart></c:chartSpace>"
)
STEPS = f'<d:dataModel xmlns:d="{DRAWING}/diagram" xmlns:a="{DRAWING}/main"><d:ptLst>' + "".join(
    f"<d:pt><d:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></d:t></d:pt>" for text in ("申請", "承認", "支払")
)
STEPS += "</d:ptLst></d:dataModel>"
OF_CHART = f'<a:graphicData><c:chart {CHART} r:id="chart1"/></a:graphicData>'
OF_STEPS = (
    f'<a:graphicData><d:relIds xmlns:d="{DRAWING}/diagram" xmlns:r="{KIND}" r:dm="diagramData1"/></a:graphicData>'
)
READ = "売上\n| | 東京 | 大阪 |\n| 4月 | 1,200円 | 0.3 |\n| 5月 | 1,500円 | 7 |"


def _packed(main: str, document: str) -> bytes:
    folder, _, name = main.rpartition("/")
    files = {
        "_rels/.rels": relationships(officeDocument=main),
        main: document,
        f"{folder}/_rels/{name}.rels": relationships(slide1="s.xml", chart1="c.xml", diagramData1="d.xml"),
        f"{folder}/s.xml": f'<p:sld xmlns:p="p" xmlns:a="{DRAWING}/main">{OF_CHART}{OF_STEPS}</p:sld>',
        f"{folder}/_rels/s.xml.rels": relationships(chart1="c.xml", diagramData1="d.xml"),
        f"{folder}/c.xml": SALES,
        f"{folder}/d.xml": STEPS,
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return stream.getvalue()


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHOW = "http://schemas.openxmlformats.org/presentationml/2006/main"


@pytest.mark.parametrize(
    ("name", "main", "document"),
    [
        (
            "a.pptx",
            "ppt/presentation.xml",
            f'<p:presentation xmlns:p="{SHOW}" xmlns:r="{KIND}"><p:sldId r:id="slide1"/></p:presentation>',
        ),
        (
            "a.docx",
            "word/document.xml",
            f'<w:document xmlns:w="{WORD}" xmlns:a="{DRAWING}/main"><w:body><w:p><w:r>{OF_CHART}</w:r></w:p>'
            f"<w:p><w:r>{OF_STEPS}</w:r></w:p></w:body></w:document>",
        ),
    ],
)
def test_charts_and_diagrams(name: str, main: str, document: str) -> None:
    (text,) = texts(name, _packed(main, document)).values()
    assert text.startswith(READ)
    assert text.endswith("申請\n承認\n支払")


def test_a_graphic_that_is_missing_harms_nothing() -> None:
    document = (
        f'<w:document xmlns:w="{WORD}"><w:body><w:p><w:r>{OF_CHART.replace("chart1", "x")}<w:t>本文</w:t></w:r></w:p>'
    )
    document = document.replace("<w:document", f'<w:document xmlns:a="{DRAWING}/main"') + "</w:body></w:document>"
    assert texts("a.docx", _packed("word/document.xml", document)) == {"a.docx": "本文"}
