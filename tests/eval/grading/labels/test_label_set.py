"""Label sets, one label and assignments read from free text."""

from __future__ import annotations

import pytest

from eval.grading.labels.assignments import read_assignment
from eval.grading.labels.items import parse_reference
from eval.grading.labels.label_set import YES_NO, LabelSet
from eval.grading.labels.reading import read_label
from rag.text.canonical import canonical
from tests.rows import each_row

TRUTH = LabelSet.parse("正しい/真/はい=true/correct/yes|誤り/偽/いいえ=false/incorrect/no")
INSTRUMENTS = LabelSet.parse("弦楽器=string instrument/string|打楽器=percussion instrument/percussion")
KINGDOMS = LabelSet.parse("動物=animal|植物=plant|鉱物=mineral")


def test_a_label_set_is_read_with_its_synonyms() -> None:
    assert [label.name("ja") for label in TRUTH.labels] == ["正しい", "誤り"]
    assert [label.name("en") for label in INSTRUMENTS.labels] == ["string instrument", "percussion instrument"]
    assert TRUTH.labels[1].synonyms == ("誤り", "偽", "いいえ", "false", "incorrect", "no")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("正しい=true", "at least two"),
        ("正しい=true|誤り", "expected 'japanese=english'"),
        ("正しい=true|=false", "expected 'japanese=english'"),
        ("正しい=true|誤り=TRUE", "two labels"),
        ("", "expected 'japanese=english'"),
    ],
)
def test_a_faulty_label_set_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LabelSet.parse(text)


def test_polarity_is_found_in_either_order() -> None:
    yes, no = TRUTH.labels
    assert TRUTH.polarity == (yes, no)
    assert LabelSet.parse("誤り=false|正しい=true").polarity is not None
    assert INSTRUMENTS.polarity is None
    assert KINGDOMS.polarity is None


@each_row(
    "labels, answer, expected",
    [
        (KINGDOMS, "It is a plant.", "plant"),
        (KINGDOMS, "植物です。", "plant"),
        (KINGDOMS, "It is not a plant.", None),
        (KINGDOMS, "植物ではありません。", None),
        (KINGDOMS, "It is an animal, not a plant.", "animal"),
        (KINGDOMS, "植物ではなく動物です。", "animal"),
        (KINGDOMS, "Unlike plants, it is an animal.", "animal"),
        (KINGDOMS, "Animal or plant.", None),
        (KINGDOMS, "動物か植物です。", None),
        (KINGDOMS, "animal and plant", None),
        (KINGDOMS, "", None),
        (INSTRUMENTS, "The answer is **string**.", "string instrument"),
        (INSTRUMENTS, "答え：弦楽器", "string instrument"),
        (INSTRUMENTS, "The koto is a string instrument. Percussion instruments are struck.", "string instrument"),
        (INSTRUMENTS, "琴は弦楽器です。打楽器は叩いて鳴らします。", "string instrument"),
        (INSTRUMENTS, "弦で音を出すので、答えは弦楽器です。", "string instrument"),
        (INSTRUMENTS, "It is not a string instrument.", None),
        (INSTRUMENTS, "It is a non-string instrument.", None),
        (TRUTH, "Correct!", "true"),
        (TRUTH, "その通りです。", "true"),
        (TRUTH, "Incorrect.", "false"),
        (TRUTH, "間違っています。", "false"),
        (TRUTH, "That is not correct.", "false"),
        (TRUTH, "正しいとは言えません。", "false"),
        (TRUTH, "正しいとは限りません。", None),
        (TRUTH, "正しいかどうか分かりません。", None),
        (TRUTH, "写真です。", None),
        (TRUTH, "No one knows.", None),
        (TRUTH, "間違いなく正しいです。", "true"),
        (YES_NO, "Yes, of course.", "yes"),
        (YES_NO, "はい。", "yes"),
        (YES_NO, "No.", "no"),
        (YES_NO, "いいえ。", "no"),
        (YES_NO, "Yes. No.", None),
        (YES_NO, "はい。いいえ。", None),
    ],
)
def test_one_label_from_free_text(labels: LabelSet, answer: str, expected: str | None) -> None:
    reading = read_label("これは何ですか", canonical(answer), labels)
    assert (reading.label and reading.label.name("en")) == expected, reading
    assert reading.reason


REFERENCE = parse_reference("琴: 弦楽器; 三味線: 弦楽器; 太鼓: 打楽器", INSTRUMENTS)
RIGHT = ("string instrument", "string instrument", "percussion instrument")


@pytest.mark.parametrize(
    "answer",
    [
        "琴と三味線は弦楽器で、太鼓は打楽器です。",
        "弦楽器：琴、三味線\n打楽器：太鼓",
        "弦楽器：琴、三味線、打楽器：太鼓",
        "弦楽器は琴と三味線で、打楽器は太鼓です。",
        "- 琴：弦楽器\n- 三味線：弦楽器\n- 太鼓：打楽器",
        "太鼓は打楽器、琴は弦楽器、三味線は弦楽器",
        "**弦楽器**:\n1. 琴\n2. 三味線\n\n**打楽器**:\n1. 太鼓",
        "| 琴 | 弦楽器 |\n| 三味線 | 弦楽器 |\n| 太鼓 | 打楽器 |",
        "琴（弦楽器）、三味線（弦楽器）、太鼓（打楽器）",
        "琴、三味線、太鼓はそれぞれ弦楽器、弦楽器、打楽器です。",
        "琴は string、三味線は string、太鼓は percussion",
    ],
)
def test_an_assignment_in_any_order(answer: str) -> None:
    given = read_assignment("分類してください", canonical(answer), REFERENCE, INSTRUMENTS)
    assert tuple(labels[0].name("en") for labels in given) == RIGHT
    assert all(len(labels) == 1 for labels in given)


def test_contradictions_and_gaps_stay_visible() -> None:
    given = read_assignment(
        "分類", canonical("琴は弦楽器です。琴は打楽器です。太鼓は打楽器です。"), REFERENCE, INSTRUMENTS
    )
    assert [len(labels) for labels in given] == [2, 0, 1]


@pytest.mark.parametrize("text", ["弦楽器", "琴: 楽器; 太鼓: 打楽器", "", "琴は弦楽器", ": 弦楽器"])
def test_what_is_no_assignment_reference(text: str) -> None:
    assert parse_reference(text, INSTRUMENTS) == ()


def test_full_width_punctuation_reads_the_same() -> None:
    assert parse_reference("琴：弦楽器；三味線：弦楽器；太鼓：打楽器", INSTRUMENTS) == REFERENCE
