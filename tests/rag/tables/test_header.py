"""The same rows have the same header and the same records, whoever reads them and whatever file they are in."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.dataset.load import load_dataset
from eval.fallback.agreement import load_labelled_answers
from eval.runs.batch import read_questions
from ingest.documents import LoadedDocument
from ingest.formats.blocks import collapse
from rag.errors import DatasetError
from rag.tables.header import TableRow, describe_header, find_header, normalise_header
from tests.ingest.files import read_as, texts, xlsx

COLUMNS = ["NO", "question", "answer", "references", "type", "language"] + [
    f"{part}({language})" for part in ("instruction", "response") for language in ("jp", "en")
]
WRITINGS = {
    "as it is": str,
    "in capitals": str.upper,
    "full-width": lambda name: "".join(
        chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in name
    ),
    "with blanks": lambda name: f" {name.replace('(', ' (')}\u3000",
    "on two lines": lambda name: name.replace("(", "\n("),
    "with a full stop": lambda name: f"{name}.",
}
FORMS = {
    "xlsx": ("", ""),
    "comma": (",", "utf-8-sig"),
    "semicolon": (";", "cp932"),
    "tab": ("\t", "utf-16"),
    "euc": (",", "euc_jp"),
}
EXTRA = [["備考", "備考"], ["2024", ""], ["メモ", "2024", "メモ"]]
TEXT = st.sampled_from(
    ["東京", "富士山の高さは？", "a, b", "一; 二", "二行\nの文", 'say "x"', "10%", "-5", "What is H2O?"]
)
BLANK: list[str] = []

Rows = list[list[str]]


@st.composite
def tables(draw: st.DrawFn) -> tuple[Rows, list[str], dict[int, dict[str, str]]]:
    """The rows of a table, its titles, and its records by the number of their row."""
    extra = draw(st.sampled_from([BLANK, *EXTRA]))
    names = draw(st.permutations(COLUMNS))
    write = WRITINGS[draw(st.sampled_from(sorted(WRITINGS)))]
    titles = draw(st.sampled_from([BLANK, ["社内FAQ"], ["質問"], ["社内FAQ", "2025年版", "総務部"]]))
    rows = [row for title in titles for row in [[title], *[BLANK] * draw(st.integers(0, 2))]]
    if titles and draw(st.booleans()):
        rows = [[*row, *[""] * (len(names) + len(extra) - len(row))] for row in rows]
    rows.append([*map(write, names), *extra])
    records = {}
    for number in range(1, draw(st.integers(2, 4)) + 1):
        rows += [BLANK] * draw(st.integers(0, 1))
        record = {name: draw(TEXT) for name in names} | {"NO": str(number), "type": "open_qa", "language": "ja"}
        rows.append([*(record[name] for name in names), *[draw(TEXT)] * len(extra)])
        records[len(rows)] = record
    return rows, titles, records


LABELLED = "question=question,reference=references,answer=answer"


def written(folder: Path, form: str, rows: Sequence[Sequence[str]]) -> Path:
    delimiter, encoding = FORMS[form]
    path = folder / ("t.csv" if delimiter else "t.xlsx")
    if not delimiter:
        path.write_bytes(xlsx(表=[list(row) for row in rows]))
        return path
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    path.write_bytes(buffer.getvalue().encode(encoding))
    return path


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=40)
@given(table=tables())
def test_every_reader_has_the_same_header_and_records(form: str, table: tuple[Rows, list[str], dict]) -> None:
    rows, titles, records = table
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), form, rows)
        documents = read_as(path.name, path.read_bytes())
        items = load_dataset(path).items
        labelled = load_labelled_answers(path, LABELLED)
        questions = read_questions(path)
    header = next(row for row in rows if len(list(filter(None, row))) > 1)
    shown = [collapse(name.strip()) or f"column {column}" for column, name in enumerate(header, 1)]
    place = "t.csv#row=" if path.suffix == ".csv" else "t.xlsx#表!"
    assert [(one.source, one.title, one.text) for one in documents if isinstance(one, LoadedDocument)] == [
        (
            f"{place}{number}",
            " ".join(titles) or " ".join(records[number]["question"].split()),
            "\n".join(f"{name}: {cell}" for name, cell in zip(shown, rows[number - 1], strict=True)),
        )
        for number in records
    ]
    assert len(documents) == len(records)
    assert [(item.number, item.questions["ja"], item.responses["en"]) for item in items] == [
        (record["NO"], record["instruction(jp)"], record["response(en)"]) for record in records.values()
    ]
    assert [(one.row, one.question, one.answer) for one in labelled] == [
        (number, record["question"], record["answer"]) for number, record in records.items()
    ]
    assert questions == [record["question"] for record in records.values()]


def rows_of(*rows: Sequence[str]) -> list[TableRow]:
    return [TableRow(number, number, tuple(row)) for number, row in enumerate(rows, 1)]


@pytest.mark.parametrize(
    ("rows", "known", "expected"),
    [
        ([["質問", "回答"], ["a", "b"]], "", 0),
        ([["社内FAQ"], ["質問", "回答"], ["a", "b"]], "", 1),
        ([["題"]] * 4 + [["質問", "回答"], ["a", "b"]], "", 4),
        ([["題"]] * 5 + [["質問", "回答"], ["a", "b"]], "", 0),
        ([["題"]] * 5 + [["質問", "回答"], ["a", "b"]], "質問", 5),
        ([["", "題"], ["質問", "回答"], ["a", "b"]], "", 0),
        ([["題"], ["質問", "回答"], ["a", "b", "c"]], "", 0),
        ([["題"], ["質問", "回答"], ["a", "b", "c"]], "回答", 1),
        ([["題"], ["質問", "回答"], ["a"], ["b"], ["c", "d"]], "", 0),
        ([["題"], ["質問", "回答"]], "", 0),
        ([["題"], ["質問", "回答"]], "回答", 1),
        ([["題"], ["質問"], ["a"], ["b"]], "", 0),
        ([["題"], ["質問"], ["a"], ["b"]], "質問", 1),
        ([["質問"], ["NO", "質問"], ["1", "a"]], "質問", 1),
        ([["質問"], ["a"], ["b", "質問"]], "質問", 0),
        ([["NO", "内容"], ["1", "質問"]], "質問", 0),
        ([], "質問", 0),
    ],
)
def test_where_the_header_is(rows: Rows, known: str, expected: int) -> None:
    assert find_header(rows_of(*rows), (lambda names: known in names) if known else None) == expected


def test_a_table_is_recognised_by_its_first_twenty_rows() -> None:
    first = [["題"], ["質問", "回答"], *[["a", "b"]] * 17]
    assert find_header(rows_of(*first, ["a", "b", "c"])) == 0
    assert find_header(rows_of(*first, ["a", "b"], ["a", "b", "c"])) == 1


def test_more_titles_than_a_header_is_looked_for_below_are_no_titles() -> None:
    for titles, expected in ((99, ["Tokyo?"]), (100, None)):
        data = "注\n" * titles + "NO,question\n1,Tokyo?\n"
        with tempfile.TemporaryDirectory() as folder:
            (path := Path(folder, "q.csv")).write_text(data, encoding="utf-8")
            if expected:
                assert read_questions(path) == expected
            else:
                with pytest.raises(DatasetError, match="No header"):
                    read_questions(path)


def test_a_header_in_a_message_is_quoted_and_short() -> None:
    assert describe_header(["NO", "", "質問\n"]) == r"'NO', '質問\n'"
    long = describe_header(["x" * 41, *map(str, range(20))])
    assert long.startswith(f"'{'x' * 40}…', '0', ")
    assert long.endswith("'13', …")


@pytest.mark.parametrize("name", ["本文", " 本 文 ", "本\n文", "本文.", "\ufeff本文"[1:]])
def test_one_header_in_many_writings(name: str) -> None:
    assert normalise_header(name) == "本文"
    assert texts("a.csv", f'id,"{name}"\n1,一つ目\n'.encode()) == {"a.csv#id=1": "一つ目"}


def test_a_semicolon_or_tab_below_a_title_delimits_only_where_all_rows_are_alike() -> None:
    table = "社内FAQ\n質問;回答\n送料は？;無料, 全国\n返品は？;七日, 未開封\n"
    for data in (table, table.replace(";", "\t")):
        assert texts("a.csv", data.encode()) == {
            "a.csv#row=3": "質問: 送料は？\n回答: 無料, 全国",
            "a.csv#row=4": "質問: 返品は？\n回答: 七日, 未開封",
        }
    notes = "メモ\n一つ目; 続き\n二つ目; 続き; 終わり\n"
    assert texts("a.csv", notes.encode()) == {
        "a.csv#row=2": "メモ: 一つ目; 続き",
        "a.csv#row=3": "メモ: 二つ目; 続き; 終わり",
    }


def test_chosen_columns_are_found_below_a_title_that_nothing_else_shows() -> None:
    rows = [["社内FAQ"], ["質問", "回答"], ["送料は？", "無料", "", "要確認"], ["返品は？", "七日"]]
    found = read_as("a.xlsx", xlsx(表=rows), "回答")
    assert [getattr(one, "text", None) for one in found] == [None, "七日"]
    assert "4 cells under 2 headers" in found[0].message  # type: ignore[union-attr]
    assert texts("a.csv", "社内メモ\n本文\n一つ目\n二つ目\n".encode(), "本文") == {
        "a.csv#row=3": "一つ目",
        "a.csv#row=4": "二つ目",
    }


def test_merged_cells_have_their_value_in_every_row_of_a_set_and_of_labelled_answers(tmp_path: Path) -> None:
    header = ["NO", "type", "question", "answer", "references", "language", *COLUMNS[6:]]
    rows = [["1", "open_qa", "q1", "a1", "r", "ja", *"1234"], ["2", "", "", "a2", "r", "ja", *"5678"]]
    book = openpyxl.load_workbook(io.BytesIO(xlsx(表=[["題"], header, *rows])))
    book.active.merge_cells("B3:B4")
    book.active.merge_cells("C3:C4")
    book.save(path := tmp_path / "t.xlsx")
    assert [item.kind for item in load_dataset(path).items] == ["open_qa", "open_qa"]
    assert [(one.question, one.answer) for one in load_labelled_answers(path, LABELLED)] == [("q1", "a1"), ("q1", "a2")]
    assert read_questions(path) == ["q1"], "one cell is one question"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([["売上"], ["作成日", "2024-04-01"], ["作成者", "経理部"], [], ["店", "売上"], ["札幌", "100"]], 3),
        ([["担当：", "田中", "電話：", "123"], [], ["品名", "数", "単価"], ["ペン", "2", "100"], ["紙", "1", "50"]], 1),
        ([["出力日", "令和6年4月1日"], [], ["質問", "回答"], ["休みは？", "日曜"]], 1),
        ([["質問", "回答"], [], ["休みは？", "日曜"], ["窓口は？", "1階"]], 0),
        ([["店", "売上"], [], ["札幌", "未定"], ["大阪", "100"]], 0),
        ([["日付", "件数"], ["2024-04-01", "3"], [], ["2024-04-02", "5"], ["2024-04-03", "6"]], 0),
        ([["2024/4/1", "現金", "100"], [], ["2024/4/2", "現金", "200"], ["2024/4/3", "現金", "300"]], 0),
        ([["名前", "", "備考"], ["田中", "営業", "なし"], ["佐藤", "経理", "あり"]], 0),
        ([["質問", "回答"], ["創立は？", "1999年4月1日"], [], ["休みは？", "日曜"], ["窓口は？", "1階"]], 0),
        ([["用語", "説明"], ["令和", "2019年5月1日から"], [], ["平成", "令和の前"], ["昭和", "平成の前"]], 0),
        ([["", "4月1日(月)", "4月2日(火)"], [], ["午前", "開会式", "講演"], ["午後", "分科会", "閉会式"]], 0),
        ([["氏名：", "部署："], [], ["田中", "営業"], ["佐藤", "経理"]], 0),
        ([["公式", "https://example.jp"], [], ["採用", "https://example.jp/r"], ["他", "https://example.jp/i"]], 0),
        ([["部署", "営業"], ["作成日", "2024-04-01"], [], ["店", "売上"], ["札幌", "100"], ["大阪", "20"]], 2),
        ([["問", "答"], ["創立", "2024-04-01"], [], ["代表", "田中"], ["電話", "011-000-0000"], ["定員", "9"]], 0),
        ([["作成日：", "2024-04-01"], [], ["店", "様子"], ["札幌", "好調"]], 1),
    ],
)
def test_notes_above_a_blank_row(rows: list[list[str]], expected: int) -> None:
    numbered = [TableRow(number, number, tuple(row)) for number, row in enumerate(rows, 1) if row]
    assert find_header(numbered) == expected


@pytest.mark.parametrize("beside", ["2024-04-01", "担当：田中"])
def test_a_note_above_the_last_column_is_part_of_the_title(beside: str) -> None:
    found = texts("a.csv", f"当番表,,{beside}\n曜日,担当,備考\n月,田中,なし\n火,佐藤,あり\n".encode())
    assert [*found.values()] == ["曜日: 月\n担当: 田中\n備考: なし", "曜日: 火\n担当: 佐藤\n備考: あり"]


@pytest.mark.parametrize(
    "above",
    [
        [["作成日", "2024-04-01"]],
        [["作成日：", "2024-04-01"], ["作成者：", "総務"]],
        [["検証用", "", "2024-04-01"]],
        [["作成日", "2024-04-01"], []],
    ],
)
def test_a_set_and_a_list_of_questions_below_notes(above: list[list[str]], tmp_path: Path) -> None:
    rows = [
        *above,
        ["質問", "回答"],
        ["創立は？", "1999年4月1日"],
        [],
        ["電話は？", "011-000-0000"],
        ["休みは？", "日曜"],
    ]
    path = tmp_path / "a.xlsx"
    path.write_bytes(xlsx(表=rows))
    assert read_questions(path) == ["創立は？", "電話は？", "休みは？"]
    assert len(load_dataset(path).items) == 3


def test_a_column_without_a_name_leaves_the_header_where_it_is() -> None:
    found = texts("a.csv", "名前,,備考\n田中,営業,なし\n佐藤,経理,あり\n".encode())
    assert [*found.values()] == ["名前: 田中\n列2: 営業\n備考: なし", "名前: 佐藤\n列2: 経理\n備考: あり"]
