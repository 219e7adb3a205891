"""Which column is which: by names in any writing, by --columns, or refused with the line that would mend it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from eval.dataset.column_names import Role
from eval.dataset.columns import find_columns, parse_columns
from eval.dataset.load import load_dataset
from rag.errors import DatasetError, SettingsError
from tests.eval.dataset.layouts import EN, JA, dumped, lines, sheet, table
from tests.rows import each_row

QUESTIONS = "question instruction query 質問 問い 問題 設問".split()
REFERENCES = "answer reference response output answers 正解 回答 解答 答え".split()
MARKS = (
    "{}",
    "{}(jp)",
    "{}（ＪＰ）",
    "{}(ja)",
    "{}_ja",
    "{} JA",
    "{}（日本語）",
    "日本語の{}",
    "Japanese {}",
    "ja_{}",
    "{}-ja",
)


@each_row("mark", MARKS)
@each_row("change", [str, str.upper, str.title])
def test_known_names_in_any_writing(mark, change) -> None:
    for question, reference in zip(QUESTIONS * 2, REFERENCES * 2, strict=False):
        header = [change(mark.format(question)), "メモ", change(mark.format(reference))]
        columns = find_columns(header, (), "x.csv")
        assert [column.header for column in columns.columns] == [header[0], header[2]]
        assert {column.name.language for column in columns.columns} == {None if mark == "{}" else "ja"}
        assert columns.ignored == ("メモ",)


@pytest.mark.parametrize(
    ("question", "reference"),
    [
        ("ご質問", "ご回答"),
        ("お問い合わせ内容", "回答文"),
        ("問合せ事項", "回答内容"),
        ("設問文", "模範解答例"),
        ("Question Text", "ideal"),
        ("FAQ質問文", "FAQ回答文"),
        ("ユーザーからのご質問", "想定される回答"),
        ("検証用の質問", "標準的な回答"),
        ("user_question", "Best Answer"),
        ("よくあるご質問", "期待する回答内容"),
    ],
)
def test_polite_and_longer_names_are_known(question: str, reference: str) -> None:
    columns = find_columns(["管理番号", question, reference, "備考"], (), "x.csv")
    assert [column.key for column in columns.columns] == ["number", "question", "reference"]


def test_the_letter_of_the_right_choice_may_be_called_the_correct_option() -> None:
    columns = find_columns(["Q#", "Question", "Option A", "Option B", "Correct Option"], (), "x.csv")
    assert columns.first(Role.REFERENCE).name.by_label


@pytest.mark.parametrize(
    ("header", "ignored"),
    [
        (("質問", "顧客からの質問", "正解"), "顧客からの質問"),
        (("user_prompt", "question", "answer"), "user_prompt"),
        (("question", "answer", "turns"), "turns"),
        (("質問", "正解", "サンプル回答"), "サンプル回答"),
        (("Question", "Best Answer", "Correct Answers"), "Best Answer"),
    ],
)
def test_longer_names_beside_the_plain_one_are_not_read(header, ignored) -> None:
    assert find_columns(header, (), "x.csv").ignored == (ignored,)


@pytest.mark.parametrize("reference", ["想定回答", "期待する回答"])
def test_two_that_may_be_the_reference_are_refused(reference) -> None:
    with pytest.raises(DatasetError, match="Several columns"):
        find_columns(("質問", "回答", reference), (), "x.csv")


@pytest.mark.parametrize("judges", [("1", "2", "3"), ("ア", "イ")])
def test_who_judged_the_reference_is_no_choice(judges) -> None:
    assert find_columns(("質問", "正解", *judges), (), "x.csv").ignored == judges


OTHER_NAMES = [
    "お問い合わせ日",
    "質問日",
    "answer time",
    "questioner",
    "回答者",
    "question(fr)",
    "問題点",
    "期待値",
    "FAQ",
]
NOT_REFERENCES = ["ユーザーの回答", "利用者回答", "user_answer", "AI回答"]


@pytest.mark.parametrize("header", OTHER_NAMES + NOT_REFERENCES)
def test_other_names_are_not_taken_for_them(header) -> None:
    columns = find_columns([header, "question", "answer"], (), "x.csv")
    assert columns.ignored == (header,)


CSV_REFUSALS: dict[str, tuple[bytes, str, list[str]]] = {
    "no reference": (table(("質問", "備考"), JA), "no column with the reference",
                     ["'質問', '備考'", "--columns question=質問,reference=備考", "row 1"]),
    "no question": (table(("お題", "正解"), JA), "no column with the question",
                    ["--columns question=お題,reference=正解"]),
    "neither": (table(("あ", "い"), JA), "the question and the reference", ["--columns question=あ,reference=い"]),
    "two references": (table(("質問", "回答", "正解"), (*JA, "x")), "may hold the reference: '回答', '正解'",
                       ["--columns question=質問,reference=回答"]),
    "two questions": (table(("instruction", "question", "answer"), (*JA, "x")), "may hold the question",
                      ["--columns question=instruction,reference=answer"]),
    "twice": (table(("Question", "question", "answer"), (*JA, "x")), "column 'question' twice", ["Rename"]),
    "three": (table(("question", "question_ja", "question_en", "answer"), (*JA, "x", "y")),
              "may hold the question", []),
    "one language only": (table(("question_ja", "answer_ja", "answer_en"), (*JA, "x")), "question in English",
                          ["'instruction(en)'"]),
    "names with blanks": (table(("my question", "my answer"), JA), "no column with",
                          ["--columns 'question=my question,reference=my answer'"]),
}  # fmt: skip


@pytest.mark.parametrize("case", CSV_REFUSALS)
def test_what_is_left_open_is_refused_with_the_line_that_mends_it(tmp_path, case) -> None:
    data, what, words = CSV_REFUSALS[case]
    path = tmp_path / "set.csv"
    path.write_bytes(data)
    with pytest.raises(DatasetError) as caught:
        load_dataset(path)
    text = str(caught.value)
    assert what in text
    assert str(path) in text
    assert all(word in text for word in words), text


@pytest.mark.parametrize("case", [case for case, (_, _, words) in CSV_REFUSALS.items() if "--columns" in str(words)])
def test_the_line_does_mend_it(tmp_path, case) -> None:
    path = tmp_path / "set.csv"
    path.write_bytes(CSV_REFUSALS[case][0])
    with pytest.raises(DatasetError) as caught:
        load_dataset(path)
    match = re.search(r"--columns ('[^']*'|\S+)$", str(caught.value))
    assert match is not None
    (item,) = load_dataset(path, match[1].strip("'")).items
    assert item.questions


@pytest.mark.parametrize("write", [sheet, table])
def test_columns_named_by_hand_are_read_below_a_title_too(tmp_path, write) -> None:
    path = tmp_path / ("set.xlsx" if write is sheet else "set.csv")
    path.write_bytes(write(("題",), ("ID", "お題", "正しい語", "種"), ("a", *JA, "地理")))
    (item,) = load_dataset(path, "question=お題, reference=正しい語, type=種").items
    assert (item.number, item.questions, item.responses, item.kind) == ("a", {"ja": JA[0]}, {"ja": JA[1]}, "地理")


def test_a_column_can_be_left_unread(tmp_path) -> None:
    path = tmp_path / "set.csv"
    path.write_bytes(table(("質問", "正解", "分野"), (*JA, "地理"), (*EN, "")))
    with pytest.raises(DatasetError, match="row 3, column '分野'"):
        load_dataset(path)
    dataset = load_dataset(path, "type=-")
    assert {item.kind for item in dataset.items} == {"open_qa"}
    assert dataset.ignored == ("分野",)


def test_columns_by_language_named_by_hand(tmp_path) -> None:
    path = tmp_path / "set.json"
    path.write_bytes(dumped([{"a": JA[0], "b": JA[1], "c": EN[0], "d": EN[1]}]))
    (item,) = load_dataset(path, "question_ja=a,reference_ja=b,question_en=c,answers_en=d").items
    assert item.questions == {"ja": JA[0], "en": EN[0]}
    assert item.responses == {"ja": JA[1], "en": EN[1]}


@pytest.mark.parametrize("text", ["question", "question=", "=x", "colour=x", "question=a,question=b", "choice0=a", ","])
def test_options_that_cannot_be_read(text) -> None:
    with pytest.raises(SettingsError, match="--columns"):
        parse_columns(text)


def test_a_named_column_that_is_not_there(tmp_path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(lines([{"question": JA[0], "answer": JA[1]}]))
    with pytest.raises(DatasetError, match=r"no column '問'.*'question', 'answer'"):
        load_dataset(path, "question=問")


def test_an_unmarked_column_beside_a_marked_one_is_in_the_other_language(tmp_path) -> None:
    path = Path(tmp_path / "set.csv")
    path.write_bytes(table(("question", "answer", "question_ja", "answer_ja"), (*EN, *JA)))
    assert load_dataset(path).items[0].questions == {"en": EN[0], "ja": JA[0]}
