"""An answer is asked for with the words of its kind."""

from __future__ import annotations

import pytest

from tests.eval.drafting.chunks import target


@pytest.mark.parametrize(
    ("text", "answer", "asks"),
    [
        ("工事は1882年に始まり、多くの人が働いた。", "1882年", "何年"),
        ("条約は1961年6月23日に発効したとされる。", "1961年6月23日", "いつ"),
        ("径間の長さは521メートルに達している。", "521メートル", "何メートル"),
        ("工事では73人が命を落としたといわれる。", "73人", "何人"),
        ("工事を請け負ったのはウィリアム・アロルの会社であった。", "ウィリアム・アロル", "だれ"),
        ("会社の本店は早くから大阪に置かれていた。", "大阪", "どこ"),
        ("町の西の端を桂川が南へ流れている。", "桂川", "何"),
        ("この形は江戸時代に各地へ広まった。".replace("この形", "窯の形"), "江戸時代", "いつ"),
        ("作品の題は「蜜柑の山」であったとされる。", "蜜柑の山", "何という名前"),
        ("The work on the bridge began in 1882 already.", "1882", "In what year"),
        ("The treaty took effect on 23 June 1961 at last.", "23 June 1961", "When"),
        ("The main spans of the bridge measure 521 metres.", "521 metres", "How many metres"),
        ("The first meeting of the states was held in Canberra.", "Canberra", "Where"),
        ("The bridge was built by the firm of William Arrol, and by others.", "William Arrol", "Who or what"),
        ("The works lay on the river Avon, a long way from the sea.", "Avon", "Which river"),
        ("The works lay beside the long canal of Bath, near the sea.", "Bath", "Who or what"),
        ("The owner sold the works to the Avon Valley.", "Avon Valley", "Which valley"),
        ("The metal has the atomic number 31 and melts in the hand.", "31", "What number"),
        ("The lake lies at about 900 metres above the sea.", "900 metres", "About how many metres"),
        ('The last tableau of the series was entitled "Finland Awakes".', "Finland Awakes", "What name"),
    ],
)
def test_an_answer_has_its_words(text: str, answer: str, asks: str) -> None:
    assert target(text, answer).asks == asks
