"""Rows of sets: each is a question, left out for a reason, or refused by name; languages are read row by row."""

from __future__ import annotations

import json

import pytest

from eval.dataset.load import Dataset, load_dataset
from eval.dataset.rows import OTHER
from eval.dataset.summary import notable, summary
from rag.errors import DatasetError
from rag.messages import translated
from tests.eval.dataset.layouts import EN, JA, lines, sheet, table
from tests.eval.set_files import changed, write_csv


@pytest.fixture
def load(tmp_path):
    def write(data: bytes, name: str = "set.csv", columns: str = "") -> Dataset:
        (tmp_path / name).write_bytes(data)
        return load_dataset(tmp_path / name, columns)

    return write


def refusal(load, data: bytes, name: str = "set.csv") -> str:
    with pytest.raises(DatasetError) as caught:
        load(data, name)
    return str(caught.value)


ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#n/a", "nan", "NaN", "null", "None", "<NA>")


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("header", [("質問", "正解"), ("question", "answers"), ("質問（日）", "正解（日）")])
def test_an_error_of_a_spreadsheet_is_named_row_by_row(load, error, header) -> None:
    for name, write in (("set.csv", table), ("set.xlsx", sheet)):
        text = refusal(load, write(header, JA, (JA[0], error), (error, JA[1]), JA), name)
        assert f"row 3, column '{header[1]}' has" in text
        assert f"row 4, column '{header[0]}' has" in text
        assert text.count(error) >= 2
    assert f"line 1, column '{header[1]}'" in refusal(load, lines([{header[0]: "x", header[1]: error}]), "set.jsonl")


def test_nan_of_json_is_no_answer(load) -> None:
    assert "has nan" in refusal(load, b'{"question": "x", "answer": NaN}\n', "set.jsonl")


def test_words_that_contain_an_error_are_answers(load) -> None:
    dataset = load(table(("question", "answer"), ("What is N/A?", "N/A"), ("Bread?", "naan"), ("Quoted?", '"null"')))
    assert [item.responses["en"] for item in dataset.items] == ["N/A", "naan", '"null"']


def test_many_faults_are_counted_and_some_are_shown(load) -> None:
    text = refusal(load, table(("question", "answer"), *((f"q{n}", "#N/A") for n in range(200))))
    assert "200 rows cannot be used" in text
    assert "and 180 more" in text


def test_read_and_left_out_are_all_rows(load) -> None:
    rows = [("NO", "質問", "正解"), (1, *JA), (2, "", ""), (3, *EN), ("合計", "", "")]
    dataset = load(sheet(*rows), "set.xlsx")
    assert dataset.rows == len(dataset.items) + sum(map(len, dataset.left_out.values())) == 4
    assert dataset.left_out == {"neither question nor reference": ("row 3", "row 5")}
    assert notable(dataset)
    text = summary(dataset)
    assert "2 of 4 rows are questions (1 in ja, 1 in en)" in text
    assert "4 行のうち 2 行が質問です（日本語 1、英語 1）" in translated(text, "ja")
    assert "Left out: 2 with neither question nor reference (row 3, row 5)" in text


def test_the_historical_layout_needs_no_word(tmp_path) -> None:
    assert not notable(load_dataset(write_csv(tmp_path)))


def test_languages_are_read_row_by_row(load) -> None:
    dataset = load(table(("質問", "正解"), JA, EN, ("NASAの本部はどこ？", "Washington"), ("What is 寿司?", "sushi")))
    assert [tuple(item.questions) for item in dataset.items] == [("ja",), ("en",), ("ja",), ("en",)]
    assert [tuple(item.responses) for item in dataset.items] == [("ja",), ("en",), ("ja",), ("en",)]
    french = {"question": "Où?", "answer": "ici", "lang": "fr"}
    stated = load(lines([{"question": "2+2?", "answer": "4", "lang": "ja"}, french]), "set.jsonl")
    assert stated.items[0].questions == {"ja": "2+2?"}
    assert stated.left_out == {"a language other than ja and en: fr": ("line 2",)}


def test_some_rows_have_one_language_only(tmp_path) -> None:
    rows = changed(0, "instruction(jp)", "")
    rows[0] = (*rows[0][:2], "", *rows[0][3:])
    dataset = load_dataset(write_csv(tmp_path, rows))
    assert tuple(dataset.items[0].questions) == ("en",)
    assert tuple(dataset.items[1].questions) == ("ja", "en")


def test_one_reference_for_two_questions_is_that_of_both(load) -> None:
    (item,) = load(table(("question_ja", "question_en", "answer"), (JA[0], EN[0], "1868"))).items
    assert item.reference("ja") == item.reference("en") == "1868"


@pytest.mark.parametrize(
    ("cell", "answers"),
    [
        ("東京\n東京都", ["東京", "東京都"]),
        ("東京 | 東京都", ["東京", "東京都"]),
        ('["東京", "東京都", "東京"]', ["東京", "東京都"]),
        ("[1, 2]", ["1", "2"]),
        ('{"text": ["東京"], "answer_start": [3]}', ["東京"]),
        ("[東京]", ["[東京]"]),
        ("東京; 東京都", ["東京", "東京都"]),
        ("whale: mammal; tuna: fish", ["whale: mammal; tuna: fish"]),
        ("鯨：哺乳類；鮪：魚類", ["鯨：哺乳類；鮪：魚類"]),
        ("whale → mammal; tuna → fish", ["whale → mammal; tuna → fish"]),
        ("9:05; 09:05", ["9:05", "09:05"]),
        ("Mission: Impossible; M:I", ["Mission: Impossible", "M:I"]),
        ("Dune: Part Two; Dune: Part 2", ["Dune: Part Two", "Dune: Part 2"]),
        ("東京；東京都", ["東京", "東京都"]),
        ("Yes; on weekdays only", ["Yes; on weekdays only"]),
        ("It is open; however, it closes early.", ["It is open; however, it closes early."]),
        ("int a = 1; int b = 2;", ["int a = 1; int b = 2;"]),
        ("平日は9時；土日は10時", ["平日は9時；土日は10時"]),
        ("東京; 首都|東京都", ["東京; 首都", "東京都"]),
    ],
)
def test_answers_may_be_a_list(load, cell, answers) -> None:
    (item,) = load(table(("質問", "answers"), (JA[0], cell))).items
    assert [reference.text for reference in item.references] == answers


@pytest.mark.parametrize("header", ["answers", "正解"])
@pytest.mark.parametrize("cell", ["['東京', '東京都']", "{'text': array(['東京'], dtype=object)}", "['a', None]"])
def test_a_list_as_python_prints_it_is_refused_with_a_hint(load, header, cell) -> None:
    assert 'write it as JSON: ["a", "b"]' in refusal(load, table(("質問", header), (JA[0], cell)))


def test_a_reference_of_several_lines_is_one(load) -> None:
    (item,) = load(table(("質問", "正解"), (JA[0], "琴：弦楽器\n太鼓：打楽器"))).items
    assert item.responses["ja"] == "琴：弦楽器\n太鼓：打楽器"


@pytest.mark.parametrize("number", [7, 7.0, "7", True, None, [1], {"a": 1}])
def test_ids_of_any_type(load, number) -> None:
    data = (json.dumps({"id": number, "question": JA[0], "answer": JA[1]}) + "\n").encode()
    if isinstance(number, list | dict):
        assert "line 1, column 'id'" in refusal(load, data, "set.jsonl")
    else:
        assert load(data, "set.jsonl").items[0].number == {True: "TRUE", None: "1"}.get(number, "7")


def test_without_numbers_rows_are_numbered_as_messages_name_them(load) -> None:
    assert [item.number for item in load(table(("質問", "正解"), JA, ("", ""), JA)).items] == ["2", "4"]


def test_several_gold_documents_and_spans(load) -> None:
    span = {"source": "ja/b.md", "start": 3, "end": 9}
    golds = ("ja/a.md|ja/b.md", ["ja\\a.md", span], "./ja/a.md[10:20]", None)
    items = load(lines([{"question": JA[0], "answer": JA[1], "gold": gold} for gold in golds]), "set.jsonl").items
    assert [item.evidence for item in items] == [("ja/a.md", "ja/b.md"), ("ja/a.md", "ja/b.md"), ("ja/a.md",), ()]
    assert (items[1].gold[1].start, items[1].gold[1].end) == (3, 9)
    assert (items[2].gold[0].start, items[2].gold[0].end) == (10, 20)
    bad = {"question": JA[0], "answer": JA[1], "gold": "a.md[20:10]"}
    assert "span from 20 to 10" in refusal(load, lines([bad]), "set.jsonl")


@pytest.mark.parametrize(
    ("word", "expected"), [("no", False), ("いいえ", False), ("×", False), (0, False), ("はい", True)]
)
def test_answerable_in_both_languages(load, word, expected) -> None:
    (item,) = load(sheet(("質問", "正解", "answerable"), (JA[0], "回答不可", word)), "set.xlsx").items
    assert item.answerable is expected


def test_a_word_that_is_neither_yes_nor_no(load) -> None:
    assert "neither yes nor no" in refusal(load, table(("質問", "正解", "answerable"), (*JA, "maybe")))


def test_labels_of_a_set_in_one_language(load) -> None:
    (item,) = load(table(("質問", "正解", "labels"), ("琴は？", "弦楽器", "弦楽器/弦|打楽器"))).items
    assert (item.kind, item.grading) == ("classification", "classification")
    assert item.labels is not None
    assert item.labels.labels[0].synonyms[0] == "弦楽器"
    assert "two different labels" in refusal(load, table(("質問", "正解", "labels"), ("琴は？", "弦楽器", "弦楽器")))


@pytest.mark.parametrize("right", ["B", "b", "(B)", "打楽器"])
def test_choices_under_letters(load, right) -> None:
    (item,) = load(table(("問題", "A", "B", "C", "正解"), ("太鼓は？", "弦楽器", "打楽器", "管楽器", right))).items
    assert item.responses == {"ja": "打楽器"}
    assert item.questions["ja"].endswith("選択肢：弦楽器、打楽器、管楽器")


@pytest.mark.parametrize("letters", [("ア", "イ", "ウ"), ("1", "2", "3"), ("①", "②", "③")])
@pytest.mark.parametrize("written", ["{}", "（{}）", "{}．打楽器", "{}：打楽器"])
def test_choices_under_other_letters(load, letters, written) -> None:
    right = written.format(letters[1])
    (item,) = load(table(("問題", *letters, "正解"), ("太鼓は？", "弦楽器", "打楽器", "管楽器", right))).items
    assert item.responses == {"ja": "打楽器"}


CHOICES_IN_ONE_CELL = [
    "弦楽器、打楽器、管楽器",
    "弦楽器\n打楽器\n管楽器",
    "弦楽器|打楽器|管楽器",
    '["弦楽器", "打楽器", "管楽器"]',
    "ア 弦楽器\nイ 打楽器\nウ 管楽器",
    "①弦楽器　②打楽器　③管楽器",
    "A) 弦楽器 B) 打楽器 C) 管楽器",
    "A. 弦楽器|B. 打楽器|C. 管楽器",
    '["(1) 弦楽器", "(2) 打楽器", "(3) 管楽器"]',
]


@pytest.mark.parametrize("cell", CHOICES_IN_ONE_CELL)
def test_choices_in_one_cell(load, cell) -> None:
    (item,) = load(table(("問題", "選択肢", "正解"), ("太鼓は？", cell, "打楽器"))).items
    assert item.questions["ja"] == "太鼓は？\n選択肢：弦楽器、打楽器、管楽器"


@pytest.mark.parametrize(
    ("cell", "right"),
    [
        ("plan a | plan b | plan c | plan d", "plan b"),
        ("条件(1)のみ|条件(2)のみ|条件(1)と(2)", "条件(2)のみ"),
        ('["条件(1)のみ", "条件(2)のみ", "両方"]', "両方"),
        ("1,000円, 2,000円", "2,000円"),
        ("A. 甲が勝つ。乙は負ける B. 乙が勝つ。甲は負ける", "乙が勝つ。甲は負ける"),
    ],
)
def test_choices_are_whole(load, cell, right) -> None:
    (item,) = load(table(("問題", "選択肢", "正解"), ("どれ？", cell, right))).items
    assert right in [label.japanese[0] for label in item.labels.labels]


def test_an_answer_in_another_width_is_the_choice_and_not_its_number(load) -> None:
    (item,) = load(table(("問題", "選択肢", "正解"), ("いくつ？", "１０|２０|２", "2"))).items
    assert item.responses == {"ja": "２"}


@pytest.mark.parametrize("cell", [{"A": "x", "B": "y"}, [{"name": "x"}]])
def test_choices_that_are_no_texts_are_refused_by_their_column(load, cell) -> None:
    assert "'choices'" in refusal(load, lines([{"question": "q?", "choices": cell, "answer": "x"}]), "set.jsonl")


@pytest.mark.parametrize(
    ("header", "first"), [("正解番号", 1), ("正解", 1), ("answer_index", 0), ("answer", 0), ("label", 0)]
)
def test_the_number_of_a_choice_is_counted_as_its_header_is_written(load, header, first) -> None:
    """From 1 by people who write Japanese headers, from 0 by programs; a number beyond the choices is refused."""

    def set_with(number: int) -> bytes:
        return table(("問題", "選択肢", header), ("太鼓は？", "弦楽器|打楽器|管楽器", str(number)))

    assert [load(set_with(first + at)).items[0].responses["ja"] for at in range(3)] == ["弦楽器", "打楽器", "管楽器"]
    for number in [0, 4] if first else [3]:
        assert "is no choice" in refusal(load, set_with(number))


@pytest.mark.parametrize("right", ["D", "4", "エ", "(d)"])
def test_a_letter_that_is_no_choice_is_refused(load, right) -> None:
    data = table(("問題", "A", "B", "C", "正解"), ("太鼓は？", "弦楽器", "打楽器", "管楽器", right))
    assert "is no choice" in refusal(load, data)


def test_passages_may_be_a_list_in_a_cell(load) -> None:
    (item,) = load(table(("質問", "正解", "reference_contexts"), (*JA, '["一つ目。", "二つ目。"]'))).items
    assert [gold.text for gold in item.gold] == ["一つ目。", "二つ目。"]


def test_q_and_a_are_a_question_and_its_answer(load) -> None:
    (item,) = load(table(("Q", "A"), JA)).items
    assert (item.questions, item.responses) == ({"ja": JA[0]}, {"ja": JA[1]})


def test_what_cannot_be_read_and_is_not_needed_can_be_left_unread(load) -> None:
    data = lines([{"question": JA[0], "answer": JA[1], "context": {"sentences": [["x"]]}}])
    assert "--columns context=-" in refusal(load, data, "set.jsonl")
    assert load(data, "set.jsonl", "context=-").items[0].gold == ()


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "euc_jp"])
def test_encodings_of_a_set(load, encoding) -> None:
    row = ("Où est né Molière, l’auteur ?", "à Paris, né café") if encoding == "cp1252" else JA
    cells = [(f"{row[0]} {n}", row[1]) for n in range(20)]
    items = load(table(("question", "answer"), *cells, encoding=encoding)).items
    assert [(list(item.questions.values()), item.reference("ja")) for item in items] == [([q], a) for q, a in cells]


def test_more_types_than_a_table_shows_are_counted_together(load) -> None:
    rows = [(f"q{n}?", "a", f"type {n // 2 if n < 20 else n}") for n in range(100)]
    kinds = {item.kind for item in load(table(("question", "answer", "type"), *rows)).items}
    assert len(kinds) == 30
    assert {OTHER, "type 0", "type 9"} <= kinds
