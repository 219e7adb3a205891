"""A sentence that runs over the end of a page is whole on the page where it begins."""

from __future__ import annotations

import pytest

from ingest.documents import LoadedDocument
from ingest.formats.pdf.page_breaks import complete_last_sentence
from tests.ingest.files import read_as, texts
from tests.ingest.pdf_files import BLANK, PICTURE, Page, pdf

RULE = "第3条　従業員が出張するときは、出張の前に所属長へ申請書を"
TRAVEL = "Every employee who travels for the company must ask for"
FEES = "出張の費用は、申請書と領収書を添えて、"
APPROVAL = "the approval of Dr. Smith, who answers"


@pytest.mark.parametrize(
    ("last", "following", "rest"),
    [
        (f"{FEES}出張の終わった日から", "七日以内に精算する。ただし、|例外がある。", "七日以内に精算する。"),
        (f"{FEES}経理部へ出し、出張", "から戻って精算し、残金が|あれば返す。", "から戻って精算し、残金があれば返す。"),
        ("出張の費用は「旅費」といい、領収書を経理部に出す（必須）", "ものとする。", "ものとする。"),
        (f"{FEES}経理部へ出し、年度の", "2024年度から電子でも出せる。", "\n2024年度から電子でも出せる。"),
        (f"{APPROVAL} within three working", "days. The form is on the intranet.", "\ndays."),
        (f"{APPROVAL} within three working", "days, at 9 a.m. or by mail!|Then go.", "\ndays, at 9 a.m. or by mail!"),
        (f"{APPROVAL} the usual", "questions:|• where|• when", "\nquestions:"),
    ],
)
def test_the_rest_is_taken(last: str, following: str, rest: str) -> None:
    lines = [RULE if "出張" in last else TRAVEL, last]
    text = complete_last_sentence(lines, following.split("|"))
    assert text == complete_last_sentence(lines, []) + rest


@pytest.mark.parametrize("hyphen", ["-", "\u2010", "\ufffe", "\x02", "\xad"])
def test_a_divided_word_is_joined(hyphen: str) -> None:
    lines = [TRAVEL, f"approval of the manager, who answers within three work{hyphen}"]
    assert complete_last_sentence(lines, ["ing days. Then"]).endswith("within three working days.")
    assert complete_last_sentence([TRAVEL, "approval is given to non-"], ["Japanese staff. Then"]).endswith("to non-")


@pytest.mark.parametrize(
    ("last", "following"),
    [
        (f"{FEES}七日以内に精算する。", "ただし、例外がある。"),
        (f"{APPROVAL} within three days.", "Then you may go."),
        ("第4条　出張の費用", "七日以内に精算する。"),
        ("品目　数量　単価", "ペン　2　100円。"),
        ("（1）従業員の出張にかかる費用のうち宿泊に要する実費の全額", "（2）日当。"),
        ("・従業員の出張にかかる費用のうち宿泊に要する実費の全額", "・日当。"),
        ("• the cost of the hotel where the employee spent the night", "• the train."),
        ("1. the cost of the hotel where the employee spent the night", "2. the train."),
        ("+ the cost of the hotel where the employee spent the night", "+ the train. Then"),
        (f"{FEES}出張の終わった日から", "第4条　日当は三千円とする。"),
        (f"{FEES}出張の終わった日から", "図3 精算の流れ。|七日以内に精算する。"),
        (f"{FEES}出張の終わった日から", "別表|七日以内に従業員が自分で経理部へ出して精算する。"),
        (f"{FEES}出張の終わった日から", "七日以内に所属長の承認を得て、経理部の定める方法で、|" * 20),
        (f"{FEES}出張の終わった日から", "七日以内に所属長の承認を得て、" * 40 + "精算する。"),
        (f"{FEES}出張の終わった日から", ""),
    ],
)
def test_nothing_is_taken(last: str, following: str) -> None:
    lines = [RULE, "提出し、承認を受けなければならない。", TRAVEL, last]
    assert complete_last_sentence(lines, following.split("|")) == complete_last_sentence(lines, [])


PAGE = ["従業員が出張するときは、出張の前に所属長へ申請書を提出し、", f"{FEES}出張の終わった日から"]


def test_in_a_file_the_next_page_keeps_its_own_text() -> None:
    after = ["七日以内に精算する。次の文。", "The end."]
    bodies = [[f"第{page}章", *PAGE] for page in range(1, 5)] + [after]
    pages = [Page(lines, head=["社内規程集"], foot=[f"{page}/5"]) for page, lines in enumerate(bodies, 1)]
    found = texts("a.pdf", pdf(*pages))
    assert found["a.pdf#page=4"] == "第4章\n" + "".join(PAGE) + "七日以内に精算する。"
    assert found["a.pdf#page=5"] == "\n".join(after)


@pytest.mark.parametrize("between", [BLANK, PICTURE])
def test_nothing_is_taken_over_a_page_without_text(between: str) -> None:
    found = read_as("a.pdf", pdf(Page(PAGE), Page(cmap=between), Page(["七日以内に精算する。"])))
    texts_read = [one.text for one in found if isinstance(one, LoadedDocument)]
    assert texts_read == ["".join(PAGE), "七日以内に精算する。"]
