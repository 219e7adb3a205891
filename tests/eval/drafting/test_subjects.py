"""An English sentence about the title gets the title in place of what stands for it."""

from __future__ import annotations

import pytest

from eval.drafting.subjects import sentences_about_title
from tests.eval.drafting.chunks import chunk


def sentences_of(title: str, text: str) -> list[str]:
    return [sentence for _, sentence in sentences_about_title(chunk(text, title))]


@pytest.mark.parametrize(
    ("title", "text", "sentences"),
    [
        ("Aoba Bridge", "Aoba Bridge is old. It was built in 1958.",
         ["Aoba Bridge is old.", "Aoba Bridge was built in 1958."]),
        ("Aoba Bridge", "The Aoba Bridge is old. Its arch was built in 1958.",
         ["The Aoba Bridge is old.", "The Aoba Bridge's arch was built in 1958."]),
        ("Aoba Bridge", "Aoba Bridge is old. It is the work of Mori. He lived in Sendai.",
         ["Aoba Bridge is old.", "Aoba Bridge is the work of Mori."]),
        ("Aoba Mori", "Aoba Mori was a builder. He lived in Sendai.",
         ["Aoba Mori was a builder.", "Aoba Mori lived in Sendai."]),
        ("Aoba Bridge", "The village is old. It was founded in 1658.", []),
        ("Aoba Bridge", "In 1958 the bridge was opened.", ["In 1958 Aoba Bridge was opened."]),
        ("Aoba Bridge", "In 1958 the bridge of boats was opened.", []),
        ("Aoba (spacecraft)", "The spacecraft was launched in 1958.", ["Aoba was launched in 1958."]),
        ("Treaty of Aoba", "The Treaty of Sendai was signed in 1658. The treaty took effect in 1958.",
         ["Treaty of Aoba took effect in 1958."]),
        ("Aoba (spacecraft)", "Aoba di Mori painted a comet in 1305.", []),
        ("Aoba Bridge ( )", "In 1958 the bridge was opened.", ["In 1958 Aoba Bridge was opened."]),
        ("()", "It was built in 1958.", []),
        ("", "It was built in 1958.", []),
    ],
)  # fmt: skip
def test_the_title_takes_the_place_of_what_stands_for_it(title: str, text: str, sentences: list[str]) -> None:
    assert sentences_of(title, text) == sentences
