"""One citation of a passage, whoever shows it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kotae.commands.ask import _source
from kotae.web.serializers import sources_list
from rag.generation.citation import citation, short_citation
from rag.messages import translated
from rag.records import Answer, Attempt, Chunk, Groundedness, Hit, Language, Support


def hit(source: str, title: str) -> Hit:
    return Hit(Chunk("id", "text", title, source, "ja", 12, 18, 0), 2, 0.5, dense=0.25)


def answer(*hits: Hit, language: Language = "en", support: Support | None = None) -> Answer:
    return Answer("Who?", language, (Attempt("Ann", language_ok=True),), hits, support=support)


@pytest.mark.parametrize(
    ("source", "title", "cited"),
    [
        ("faq.xlsx#シート1!12", "返品規定", "[2] faq.xlsx#シート1!12, characters 12-18: 返品規定"),
        ("paper.pdf#page=3", "A paper: part 1", "[2] paper.pdf#page=3, characters 12-18: A paper: part 1"),
        ("notes.txt", "", "[2] notes.txt, characters 12-18"),
    ],
)
def test_terminal_and_server_cite_alike(source: str, title: str, cited: str) -> None:
    assert citation(hit(source, title)) == cited
    assert (
        _source(hit(source, title), answer(hit(source, title)), supports=False) == f"{cited} (score 0.500, dense 0.250)"
    )
    assert sources_list(answer(hit(source, title), hit(source, title))) == f"{cited}\n{cited}"


def test_a_citation_is_said_in_japanese_on_the_terminal() -> None:
    line = _source(hit("faq.xlsx", "返品\n規定"), answer(), supports=True)
    assert (
        translated(line, "ja") == "[2] faq.xlsx、12〜18 文字目: 返品 規定（回答の根拠 / スコア 0.500、ベクトル 0.250）"
    )


@pytest.mark.parametrize(("language", "mark"), [("ja", "（回答の根拠）"), ("en", " (supports the answer)")])
def test_the_passage_that_bears_the_answer_out_comes_first_and_is_marked(language: Language, mark: str) -> None:
    first, second = replace(hit("a.txt", ""), rank=1), hit("b.txt", "")
    found = answer(first, second, language=language, support=Support(Groundedness.GROUNDED, rank=2))
    assert found.cited == (second, first)
    assert sources_list(found) == f"[2] b.txt, characters 12-18{mark}\n[1] a.txt, characters 12-18"
    assert (
        _source(second, found, supports=True)
        == "[2] b.txt, characters 12-18 (supports the answer; score 0.500, dense 0.250)"
    )


def test_in_a_cell_of_a_table() -> None:
    assert short_citation(hit("notes.txt", "Notes")) == "[2] notes.txt:12-18"
