"""What the filters of a drafted question drop by its text, in Japanese as in English."""

from __future__ import annotations

import pytest

from eval.drafting.filters import DropReason, drop_by_text, read_question, stands_alone
from tests.eval.drafting.chunks import BRIDGE, HASHI, target

YEAR = target(BRIDGE, "1882", "Forth Bridge")
NEN = target(HASHI, "1882年", "フォース橋")


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("In what year did work on the Forth Bridge begin?", None),
        ("In what year did work on the bridge begin in Scotland?", DropReason.DEPENDENT),
        ("In what year did Benjamin Baker begin work?", DropReason.INVENTED),
        ("In what year did he begin work on the Forth Bridge?", DropReason.DEPENDENT),
        ("In what year did the work begin that he wanted at the Forth Bridge?", DropReason.DEPENDENT),
        ("In what year, on the Forth Bridge, did work begin to work?", DropReason.REPEATS),
        ("In what year was the crossing of the Forth Bridge?", DropReason.OTHER_CLAUSE),
        ("フォース橋の工事が始まったのは何年ですか？", None),
        ("Work on the Forth Bridge began.", DropReason.FORM),
        ("フォース橋の工事は始まった。", DropReason.FORM),
        ("Did work on the Forth Bridge begin early?", DropReason.FORM),
        ("フォース橋の工事は早く始まりましたか？", DropReason.FORM),
        ("When?", DropReason.FORM),
        ("何年ですか", DropReason.FORM),
        ("In what year did it begin?", DropReason.DEPENDENT),
        ("それが始まったのは何年ですか？", DropReason.DEPENDENT),
        ("In what year did the work on this bridge begin?", DropReason.DEPENDENT),
        ("この橋の工事が始まったのは何年ですか？", DropReason.DEPENDENT),
        ("According to the passage, when did work on the Forth Bridge begin?", DropReason.DEPENDENT),
        ("本文によると、フォース橋の工事は何年に始まりましたか？", DropReason.DEPENDENT),
        ("What began in 1882 at the Forth Bridge?", DropReason.ANSWER_INSIDE),
        ("1882年にフォース橋で何が始まりましたか？", DropReason.ANSWER_INSIDE),
        ("1882 年にフォース橋で何が始まりましたか？", DropReason.ANSWER_INSIDE),
    ],
)
def test_a_draft_is_dropped_for_its_text(question: str, reason: DropReason | None) -> None:
    assert drop_by_text(question, YEAR if question.isascii() else NEN) is reason


def test_a_question_in_the_other_language_is_dropped() -> None:
    assert drop_by_text("フォース橋の工事が始まったのは何年ですか？", YEAR) is DropReason.FORM
    assert drop_by_text("In what year did work on the Forth Bridge begin?", NEN) is DropReason.FORM


@pytest.mark.parametrize(
    ("reply", "question"),
    [
        ("Question: Who built it?", "Who built it?"),
        ('"Who built it?"', "Who built it?"),
        ("質問：だれが建てましたか？", "だれが建てましたか？"),
        ("「だれが建てましたか？」", "だれが建てましたか？"),
        ("\nWho built it?\nAnswer: Arrol", "Who built it?"),
        ("「鉄腕アトム」の作者は「だれ」ですか？", "「鉄腕アトム」の作者は「だれ」ですか？"),
        ("", ""),
    ],
)
def test_the_question_is_read_from_the_reply(reply: str, question: str) -> None:
    assert read_question(reply) == question


def test_a_pronoun_may_stand_for_a_name_before_it() -> None:
    assert stands_alone("When did the Forth Bridge get its first coat of paint?")
    assert stands_alone("フォース橋とその塗装は何に例えられますか？")
    assert not stands_alone("When did it get the paint of the Forth Bridge?")


def test_without_a_name_a_question_must_say_enough() -> None:
    assert stands_alone("Within how many days of the end of a journey must receipts reach the accounts department?")
    assert stands_alone("出張の領収書は、出張の終了から何日以内に経理部へ提出しますか？")
    assert not stands_alone("What is the colour?")
    assert not stands_alone("色は何ですか？")
    assert stands_alone("What is the colour of the receipt?", "Receipt")
    assert not stands_alone("In which year were copies distributed by lot among the member countries?", "Metre")
    assert not stands_alone("何年に複製がくじ引きで各国に配られましたか？", "メートル")
