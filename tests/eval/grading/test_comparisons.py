"""A comparison says which of two things is meant, whichever of them it names first and by whichever end of the scale.

Metamorphic: every wording below says the same of the two things; exchanged, they say the contrary.
"""

from __future__ import annotations

import itertools

import pytest

from eval.grading.comparisons import affirms, preferred
from eval.grading.ladder import Reference, grade
from rag.text.language import detect

ENGLISH = (
    "{a} is larger than {b}.",
    "{b} is smaller than {a}.",
    "{a} is larger, not {b}.",
    "It's {a}, not {b}.",
    "It is not {b} but {a}.",
    "{b} isn't as large as {a}.",
    "Compared with {a}, {b} is smaller.",
    "Not {b}: {a} is the larger of the two.",
    "**{a}**, which is larger than {b}",
)
JAPANESE = (
    "{a}のほうが{b}より広いです。",
    "{b}より広いのは{a}です。",
    "{b}は{a}より狭いです。",
    "{b}は{a}ほど広くありません。",
    "{b}ではなく、{a}です。",
    "{a}です。{b}ではありません。",
    "{a}の面積は{b}を上回ります。",
    "{b}の面積は{a}を下回っています。",
    "{b}のほうが狭いです。",
)
QUESTIONS = {"en": "Which is larger, {} or {}?", "ja": "{}と{}では、どちらが広いですか。"}
THINGS = {
    "en": (("Brazil", "Australia"), ("Lake Erie", "Lake Como")),
    "ja": (("ブラジル", "豪州"), ("琵琶湖", "諏訪湖")),
}
CASES = [
    (language, wording, things, turned)
    for language, wordings in (("en", ENGLISH), ("ja", JAPANESE))
    for wording, things, turned in itertools.product(wordings, THINGS[language], (False, True))
]


@pytest.mark.parametrize(("language", "wording", "things", "turned"), CASES)
def test_what_is_preferred_is_the_answer_and_the_other_is_not(language, wording, things, turned) -> None:
    question = QUESTIONS[language].format(*(things[::-1] if turned else things))
    answer = wording.format(a=things[0], b=things[1])
    right, wrong = (
        grade(question, answer, [Reference(thing, detect(thing))], "open_qa", language).correct for thing in things
    )
    assert (right, wrong) == (True, False)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Which is larger, Brazil or Australia?", "They are the same size."),
        ("Which is larger, Brazil or Australia?", "Brazil is nearer than Australia."),
        ("Which river is longer?", "The Rhine is shorter than the Nile."),
        ("AとBでは、どちらが重いですか。", "AはBより重いです。"),
        ("AとBでは、どちらが重いですか。", "AがBより軽いというのは誤りです。"),
        ("Which is older, the Louvre or the Prado?", "The Louvre, though its pyramid is much newer."),
        ("Which is older, the Louvre or the Prado?", "The Louvre has a newer pyramid."),
        ("Which has more moons, Uranus or Neptune?", "Neptune, although fewer of them are round than of Uranus's."),
        ("Which has more moons, Uranus or Neptune?", "Uranus, though it has fewer moons than Saturn."),
        ("Who is taller, Anna or Mia, and by how much?", "Mia is shorter than Anna by 4 cm."),
        ("琵琶湖と諏訪湖では、どちらが深いですか。", "琵琶湖ですが、南湖は浅くなっています。"),
        ("利根川と淀川では、なぜ利根川が長いのですか。", "淀川は利根川より短く、上流が湖だからです。"),
        ("利根川は淀川と比べて、どれだけ長いですか。", "淀川を上回り、約250km長いです。"),
    ],
)
def test_other_sentences_stay_as_they_are(question: str, text: str) -> None:
    assert preferred(question, text) == text


@pytest.mark.parametrize(
    ("question", "text", "winner"),
    [
        ("Which is faster, a cheetah or a greyhound?", "A greyhound is slower than a cheetah.", "cheetah."),
        ("Which dog is heavier, the mastiff or the collie?", "Collies are lighter than mastiffs.", "mastiff."),
        ("Which came out later, Vertigo or Psycho?", "Vertigo came out earlier than Psycho.", "Psycho."),
        ("漱石と鷗外では、どちらが年上ですか。", "漱石は鷗外より年下です。", "鷗外。"),
        ("バスと電車では、どちらが安いですか。", "電車のほうが高いです。", "バス。"),
        ("Which is deeper, Lake Como or Lake Erie?", "Erie is shallower than Como.", "Lake Como."),
        ("Which has the larger population, Nagoya or Kobe?", "Kobe has fewer people than Nagoya.", "Nagoya."),
        ("Which is larger, Nagoya or Kobe?", "Kobe; Nagoya is smaller.", "Kobe; Kobe."),
        ("東京と大阪では、どちらの人口が少ないですか。", "東京の人口は大阪を上回ります。", "大阪。"),
        ("東京と大阪では、どちらの人口が少ないですか。", "東京の人口は大阪を下回ります。", "東京。"),
        ("利根川と淀川では、どちらが長いですか。", "淀川は長さで利根川に及びません。", "利根川。"),
        ("利根川と淀川では、どちらが長いですか。", "淀川を200キロほど上回ります。", "利根川。"),
        ("ナイル川とアマゾン川では、どちらが長いですか。", "アマゾンはナイルより短いです。", "ナイル川。"),
        ("犬と猫では、どちらが速いですか。", "犬のほうが速く、猫のほうが遅いです。", "犬のほうが速く、犬。"),
    ],
)
def test_the_end_of_the_scale_that_is_asked_about_decides(question: str, text: str, winner: str) -> None:
    assert preferred(question, text) == winner


@pytest.mark.parametrize(
    ("statement", "sentence", "says"),
    [
        ("Did Mozart die younger than Beethoven?", "Beethoven was older than Mozart when he died.", True),
        ("Is a litre more than a pint?", "A litre is less than a pint.", False),
        ("月は地球より小さいですか。", "月の直径は地球を下回ります。", True),
        ("月は地球より小さいですか。", "月の直径は地球を上回ります。", False),
        ("月は地球より小さいですか。", "月は火星ほど大きくありません。", None),
    ],
)
def test_a_statement_is_affirmed_by_its_own_end_of_the_scale(statement: str, sentence: str, says: bool | None) -> None:
    assert affirms(statement, sentence) is says
