"""One citation of a passage, whoever shows it."""

from __future__ import annotations

import pytest

from kotae.commands.ask import _source
from kotae.web.serializers import sources_list
from rag.generation.citation import citation, short_citation
from rag.records import Chunk, Hit


def hit(source: str, title: str) -> Hit:
    return Hit(Chunk("id", "text", title, source, "ja", 12, 18, 0), 2, 0.5, dense=0.25)


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
    assert _source(hit(source, title)) == f"{cited} (score 0.500, dense 0.250)"
    assert sources_list([hit(source, title)] * 2) == f"{cited}\n{cited}"


def test_in_a_cell_of_a_table() -> None:
    assert short_citation(hit("notes.txt", "Notes")) == "[2] notes.txt:12-18"
