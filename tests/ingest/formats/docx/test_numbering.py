"""Numbers that Word gives to paragraphs, through whole documents: an independent model, and what real files do."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest

from ingest.formats.docx.number_formats import write_number
from tests.ingest.files import texts, word
from tests.rows import each_row

FORMATS = ["decimal", "decimalFullWidth", "japaneseCounting", "aiueoFullWidth", "lowerRoman", "upperLetter"]
PATTERNS = ["%{0}", "第%{0}条", "(%{0})", "%1.%{0}", "%1-%{0}", "第%1章第%{0}節"]


@dataclass
class Level:
    start: int = 1
    number_format: str = "decimal"
    text: str = "%1."
    restart: int | None = None

    def xml(self, at: int) -> str:
        restart = "" if self.restart is None else f'<w:lvlRestart w:val="{self.restart}"/>'
        return (
            f'<w:lvl w:ilvl="{at}"><w:start w:val="{self.start}"/><w:numFmt w:val="{self.number_format}"/>{restart}'
            f'<w:lvlText w:val="{self.text}"/></w:lvl>'
        )


@dataclass
class Lists:
    """Definitions, and lists by number: the definition of each and the starts it overrides."""

    definitions: list[list[Level]]
    lists: dict[int, tuple[int, dict[int, int]]] = field(default_factory=dict)

    def xml(self) -> str:
        abstract = "".join(
            f'<w:abstractNum w:abstractNumId="{key}">{"".join(level.xml(at) for at, level in enumerate(levels))}'
            "</w:abstractNum>"
            for key, levels in enumerate(self.definitions)
        )
        nums = "".join(
            f'<w:num w:numId="{number}"><w:abstractNumId w:val="{key}"/>'
            + "".join(
                f'<w:lvlOverride w:ilvl="{at}"><w:startOverride w:val="{start}"/></w:lvlOverride>'
                for at, start in starts.items()
            )
            + "</w:num>"
            for number, (key, starts) in self.lists.items()
        )
        return abstract + nums


def paragraph(text: str, number: int | str | None = None, level: int | None = None, style: str = "") -> str:
    in_list = f'<w:numId w:val="{number}"/>' if number is not None else ""
    in_list = (f'<w:ilvl w:val="{level}"/>' if level is not None else "") + in_list
    settings = (f'<w:pStyle w:val="{style}"/>' if style else "") + (f"<w:numPr>{in_list}</w:numPr>" if in_list else "")
    return f"<w:p><w:pPr>{settings}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def lines_of(*arguments: str) -> list[str]:
    (text,) = texts("a.docx", word(*arguments)).values()
    return [line for line in text.split("\n") if line]


def model(lists: Lists, history: list[tuple[int, int]]) -> str:
    """The number of the last paragraph, from all paragraphs up to it: nothing is counted on."""
    number, level = history[-1]
    key, own_starts = lists.lists[number]
    levels = lists.definitions[key]
    same = [(at, depth) for at, depth in history if lists.lists[at][0] == key]

    def value(depth: int) -> int:
        begin = 0
        for place, (at, used) in enumerate(same):
            restart = levels[depth].restart
            if used < depth and (restart is None or used < restart):
                begin = place + 1
            first_of_its_list = (at, used) not in same[:place]
            if used == depth and depth in lists.lists[at][1] and first_of_its_list:
                begin = place
        counted = [at for at, used in same[begin:] if used == depth]
        if not counted:
            return own_starts.get(depth, levels[depth].start)
        return lists.lists[counted[0]][1].get(depth, levels[depth].start) + len(counted) - 1

    text = levels[level].text
    for depth in range(len(levels)):
        text = text.replace(f"%{depth + 1}", write_number(value(depth), levels[depth].number_format))
    return text


def some_lists(draw: random.Random) -> Lists:
    definitions = [
        [
            Level(
                draw.choice([1, 1, 1, 0, 3]),
                draw.choice(FORMATS),
                draw.choice(PATTERNS[: 3 if depth == 0 else None]).replace("{0}", str(depth + 1)),
                draw.choice([None, None, None, *range(depth + 1)]),
            )
            for depth in range(draw.randint(1, 4))
        ]
        for _ in range(draw.randint(1, 2))
    ]
    lists = Lists(definitions)
    for number in range(1, draw.randint(2, 5)):
        key = draw.randrange(len(definitions))
        depths = range(len(definitions[key]))
        starts = {depth: draw.choice([1, 1, 5]) for depth in depths if draw.random() < 0.3}
        lists.lists[number] = (key, starts)
    return lists


@each_row("seed", range(60))
def test_numbers_are_those_of_a_model_that_counts_nothing_on(seed: int) -> None:
    draw = random.Random(seed)
    lists = some_lists(draw)
    history: list[tuple[int, int]] = []
    body, expected = "", []
    for at in range(draw.randint(5, 40)):
        number = draw.choice(list(lists.lists))
        level = draw.randrange(len(lists.definitions[lists.lists[number][0]]))
        history.append((number, level))
        body += paragraph(f"文{at}", number, level)
        expected.append(f"{model(lists, history)} 文{at}")
    assert lines_of(body, lists.xml()) == expected


ARTICLES = Lists(
    [[Level(text="第%1条"), Level(text="%2", number_format="decimalFullWidth"),
      Level(text="（%3）", number_format="japaneseCounting"), Level(text="%4", number_format="aiueoFullWidth")]],
    {1: (0, {})},
).xml()  # fmt: skip


def test_a_regulation() -> None:
    parts = [
        ("目的", 0),
        ("総則", 1),
        ("例外", 1),
        ("甲", 2),
        ("乙", 2),
        ("一つ", 3),
        ("時間", 0),
        ("原則", 1),
        ("丙", 2),
    ]
    assert lines_of("".join(paragraph(text, 1, level) for text, level in parts), ARTICLES) == [
        "第1条 目的", "１ 総則", "２ 例外", "（一） 甲", "（二） 乙", "ア 一つ", "第2条 時間", "１ 原則", "（一） 丙",
    ]  # fmt: skip


STYLES = """
<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="J"><w:name w:val="heading 1"/><w:basedOn w:val="a"/>
  <w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="K"><w:name w:val="項"/><w:basedOn w:val="a"/>
  <w:pPr><w:numPr><w:ilvl w:val="5"/><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="KK"><w:name w:val="項の二"/><w:basedOn w:val="K"/></w:style>"""
OF_STYLES = """<w:abstractNum w:abstractNumId="3">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="japaneseCounting"/><w:pStyle w:val="J"/><w:suff w:val="space"/>
  <w:lvlText w:val="第%1章"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:pStyle w:val="K"/><w:isLgl/><w:suff w:val="nothing"/>
  <w:lvlText w:val="%1-%2　"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="3"/></w:num>"""


def test_lists_of_styles() -> None:
    body = "".join(
        paragraph(text, style=style) for text, style in [("総則", "J"), ("目的", "K"), ("定義", "KK"), ("文", "")]
    )
    body += paragraph("服務", style="J") + paragraph("無番", 0, style="K") + paragraph("遵守", style="K")
    assert lines_of(body, OF_STYLES, STYLES) == [
        "# 第一章 総則", "1-1　目的", "1-2　定義", "文", "# 第二章 服務", "無番", "2-1　遵守",
    ]  # fmt: skip


def test_a_style_of_lists() -> None:
    numbering = """<w:abstractNum w:abstractNumId="1"><w:styleLink w:val="L"/>
    <w:lvl w:ilvl="0"><w:start w:val="1"/><w:lvlText w:val="第%1項"/></w:lvl></w:abstractNum>
    <w:abstractNum w:abstractNumId="2"><w:numStyleLink w:val="L"/></w:abstractNum>
    <w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num>"""
    styles = """<w:style w:type="numbering" w:styleId="L"><w:name w:val="L"/>
    <w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>"""
    for given in (styles, ""):
        assert lines_of(paragraph("甲", 2, 0) + paragraph("乙", 2, 0), numbering, given) == ["第1項 甲", "第2項 乙"]


def one_level(inner: str, number: str = "") -> str:
    return (
        f'<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0">{inner}</w:lvl></w:abstractNum>'
        f'<w:num w:numId="1"><w:abstractNumId w:val="0"/>{number}</w:num>'
    )


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ('<w:numFmt w:val="bullet"/><w:lvlText w:val="&#xF0B7;"/>', ["- 甲", "- 乙"]),
        ('<w:numFmt w:val="bullet"/><w:lvlText w:val="o"/>', ["- 甲", "- 乙"]),
        ('<w:numFmt w:val="bullet"/><w:lvlText w:val="例）"/>', ["例） 甲", "例） 乙"]),
        ('<w:numFmt w:val="bullet"/><w:lvlText w:val="注意："/>', ["注意： 甲", "注意： 乙"]),
        ('<w:numFmt w:val="none"/><w:lvlText w:val=""/>', ["甲", "乙"]),
        ('<w:numFmt w:val="none"/><w:lvlText w:val="附則"/>', ["附則 甲", "附則 乙"]),
        ('<w:lvlText w:val="%1)"/>', ["0) 甲", "1) 乙"]),
        ('<w:start w:val="9"/><w:lvlText w:val="%1."/><w:rPr><w:vanish/></w:rPr>', ["甲", "乙"]),
        ('<w:start w:val="x"/><w:lvlText w:val="%1%9"/>', ["0 甲", "1 乙"]),
        ("", ["甲", "乙"]),
        (
            '<w:start w:val="1"/><mc:AlternateContent><mc:Choice Requires="w14"><w:numFmt w:val="custom" '
            'w:format="001, 002, 003, ..."/></mc:Choice><mc:Fallback><w:numFmt w:val="decimal"/></mc:Fallback>'
            '</mc:AlternateContent><w:lvlText w:val="A%1"/>',
            ["A001 甲", "A002 乙"],
        ),
    ],
)
def test_levels(level: str, expected: list[str]) -> None:
    assert lines_of(paragraph("甲", 1, 0) + paragraph("乙", 1, 0), one_level(level)) == expected


def test_a_list_may_replace_a_level_and_a_list_that_is_missing_gives_no_number() -> None:
    level = '<w:lvl w:ilvl="0"><w:start w:val="4"/><w:lvlText w:val="[%1]"/></w:lvl>'
    replaced = f'<w:lvlOverride w:ilvl="0">{level}</w:lvlOverride>'
    numbering = one_level('<w:start w:val="1"/><w:lvlText w:val="%1."/>', replaced)
    body = paragraph("甲", 1, 0) + paragraph("乙", 7, 0) + paragraph("丙", 1, 8) + paragraph("丁", 1, 0)
    assert lines_of(body, numbering) == ["[4] 甲", "乙", "丙", "[5] 丁"]


def test_paragraphs_that_are_not_there_are_not_counted() -> None:
    gone = "<w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr><w:rPr>{0}</w:rPr></w:pPr>{1}</w:p>"
    deleted = gone.format('<w:del w:id="1"/>', "<w:del><w:r><w:delText>x</w:delText></w:r></w:del>")
    hidden = gone.format("<w:vanish/>", "<w:r><w:rPr><w:vanish/></w:rPr><w:t>x</w:t></w:r>")
    empty = gone.format("", "")
    body = paragraph("甲", 1, 0) + deleted + hidden + paragraph("乙", 1, 0) + empty + paragraph("丙", 1, 0)
    assert lines_of(body, ARTICLES) == ["第1条 甲", "第2条 乙", "第4条 丙"]


def test_numbers_in_tables_and_headings() -> None:
    row = "".join(f"<w:tc>{paragraph(text, 1, 0)}</w:tc>" for text in ("甲", "乙"))
    heading = paragraph("章", 1, 0).replace("<w:pPr>", '<w:pPr><w:outlineLvl w:val="1"/>')
    body = f"<w:tbl><w:tr>{row}</w:tr></w:tbl>{heading}"
    assert lines_of(body, ARTICLES) == ["| 第1条 甲 | 第2条 乙 |", "## 第3条 章"]
