"""Forms of a sheet are read whole; a table below a form, and one whose cells are merged, are tables."""

from __future__ import annotations

import pytest

from tests.ingest.files import texts, xlsx
from tests.rag.tables.test_merged_cells import merged

FORM = [
    ["稟議書", "", "", "", ""],
    ["起案日", "4月1日", "", "起案者", "総務部"],
    ["件名", "複合機の更新", "", "", ""],
    ["金額", "1,200,000円", "", "", ""],
    ["理由", "リース満了\nのため", "", "", ""],
]


def test_a_form_is_one_document() -> None:
    found = texts("a.xlsx", merged("A1:E1", "B2:C2", "B3:E3", "B4:E4", "B5:E5", rows=FORM))
    assert found == {
        "a.xlsx#表!2": "| 起案日 | 4月1日 | 起案者 | 総務部 |\n| 件名 | 複合機の更新 |\n| 金額 | 1,200,000円 |\n"
        "| 理由 | リース満了 のため |"
    }


def test_a_form_whose_first_row_is_not_merged_is_one_document() -> None:
    rows = [
        ["申請日", "4月1日", "申請者", "田中"],
        *[[name, f"{name}の値", "", ""] for name in ("件名", "金額", "理由")],
    ]
    across = [f"B{row}:D{row}" for row in (2, 3, 4)]
    (text,) = texts("a.xlsx", merged(*across, rows=rows)).values()
    assert text.split("\n")[:2] == ["| 申請日 | 4月1日 | 申請者 | 田中 |", "| 件名 | 件名の値 |"]
    assert len(texts("a.xlsx", merged(across[0], rows=rows))) == 3, "a table, one of whose cells is merged"


@pytest.mark.parametrize(("question", "answer"), [("Q", "A"), ("Q{}.", "A{}."), ("質問{}", "回答{}"), ("Ｑ{}", "Ａ{}")])
def test_questions_above_their_answers_are_one_document(question: str, answer: str) -> None:
    rows = [
        row for at in (1, 2, 3) for row in ([question.format(at), f"問い{at}は？"], [answer.format(at), f"答え{at}。"])
    ]
    (text,) = texts("a.xlsx", xlsx(表=rows)).values()
    assert text == "\n".join(f"| {who} | {what} |" for who, what in rows)


def test_a_table_of_merged_cells_is_none() -> None:
    rows = [["品名", "", "数", "値"], *[[f"品{at}", "", str(at), "9"] for at in range(3)]]
    found = texts("a.xlsx", merged(*(f"A{row}:B{row}" for row in range(1, 5)), rows=rows))
    assert list(found.values()) == [f"品名: 品{at}\n数: {at}\n値: 9" for at in range(3)]


def test_lessons_of_two_hours_are_no_form() -> None:
    rows = [["時間", "", "月", "火", "水"], ["9時", "", "国語", "", "算数"], ["10時", "", "理科", "社会", ""]]
    found = texts("a.xlsx", merged("A1:B1", "A2:B2", "A3:B3", "C2:D2", "D3:E3", rows=rows))
    assert list(found.values()) == [
        "時間: 9時\n月: 国語\n水: 算数",
        "時間: 10時\n月: 理科\n火: 社会",
    ]


def test_a_total_makes_no_form() -> None:
    rows = [["品名", "", "数", "値"], ["ペン", "", "2", "9"], ["合計", "", "", "9"]]
    found = texts("a.xlsx", merged("A1:B1", "A2:B2", "A3:C3", rows=rows))
    assert list(found.values()) == ["品名: ペン\n数: 2\n値: 9", "品名: 合計\n値: 9"]


def test_a_table_with_totals_and_notes_below_a_form() -> None:
    rows = [
        ["御見積書", "", "", ""],
        ["甲社 御中", "", "見積番号", "Q-12"],
        ["件名", "空調工事", "有効期限", "30日"],
        ["番号", "品名", "単価", "金額"],
        ["1", "室外機", "150000", "300000"],
        ["2", "配管", "1200", "12000"],
        ["", "", "小計", "312000"],
        ["", "", "消費税", "31200"],
        ["", "", "合計", "343200"],
        ["備考：月末締め", "", "", ""],
    ]
    read = list(texts("a.xlsx", merged("A1:D1", rows=rows)).values())
    assert read[0] == "番号: 1\n品名: 室外機\n単価: 150000\n金額: 300000"
    assert read[4] == "単価: 合計\n金額: 343200"


def test_names_beside_values_of_several_kinds_are_one_document() -> None:
    rows = [["会社名", "見本株式会社"], ["電話", "011-000-0000"], ["設立", "1999年4月1日"], ["受付", "a@example.jp"]]
    whole = "| 会社名 | 見本株式会社 |\n| 電話 | 011-000-0000 |\n| 設立 | 1999年4月1日 |\n| 受付 | a@example.jp |"
    assert texts("a.xlsx", xlsx(表=rows)) == {"a.xlsx#表!1": whole}


@pytest.mark.parametrize(
    "rows",
    [
        [["項目", "内容"], ["電話", "011-000-0000"], ["設立", "1999年4月1日"]],
        [["品名", "価格"], ["ペン", "120円"], ["紙", "要確認"], ["糊", "90円"]],
        [["質問", "答え"], ["創立は？", "1999年4月1日"], ["電話は？", "011-000-0000"], ["定員は？", "20名"]],
        [["question", "answer"], ["Founded?", "1999-04-01"], ["Phone?", "011-000-0000"]],
        [["名称", "連絡先"], ["総務", "011-000-0000"], ["経理", "a@example.jp"]],
        [["会場", "様子"], ["札幌", "20名"], ["大阪", "30名"], ["東京", "10名"], ["京都", "2024年4月1日"]],
        [["日付", "電話"], ["2024-04-01", "011-000-0000"], ["2024-04-02", "2024-05-01"]],
    ],
)
def test_what_has_names_above_is_a_table(rows: list[list[str]]) -> None:
    assert [*texts("a.xlsx", xlsx(表=rows))] == [f"a.xlsx#表!{row}" for row in range(2, len(rows) + 1)]


def test_sentences_below_one_another_are_one_document() -> None:
    notes = ["※金額は税抜です。", "※2024年は速報値です。", "お問い合わせは総務へ"]
    found = texts("a.xlsx", xlsx(表=[["年", "値"], ["2024", "9"]], 注記=[["", note] for note in notes]))
    assert found["a.xlsx#注記!1"] == "\n".join(notes)
    assert len(found) == 2
    listed = texts("a.csv", "お知らせ\n四月一日は休業します。\n五月一日は営業します。\n".encode())
    assert [*listed.values()] == ["お知らせ: 四月一日は休業します。", "お知らせ: 五月一日は営業します。"]
