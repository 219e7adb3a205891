"""A question for a measure goes to a neighbouring document only if nothing there, or near it, measures that."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.drafting.unanswerable import kinds, measured, unanswerable
from ingest.sync import sync
from rag.factory import IndexSettings, open_retriever
from tests.eval.drafting.chunks import target
from tests.samples import write_corpus

FORTH = "# Forth Bridge\n\nThe main span of the bridge measures 521 metres between the towers.\n"
KINTAI = "# Kintai Bridge\n\nThe bridge crosses the river on wooden arches, and was built in 1673.\n"
QUESTION = "How many metres does the main span of the Forth Bridge measure?"


def asked(folder: Path, documents: dict[str, str]) -> list[tuple[str, str]]:
    sync(write_corpus(folder / "corpus", documents), folder / "index")
    retriever = open_retriever(IndexSettings(folder / "index"))
    found = target("The main span of the bridge measures 521 metres between the towers.", "521 metres", "Forth Bridge")
    pairs = [(question, near.answer) for question, near in unanswerable(QUESTION, found, retriever)]
    retriever.index.close()
    return pairs


def test_a_neighbour_without_a_length_is_asked_about(tmp_path: Path, hash_encoder) -> None:
    (other,) = asked(tmp_path, {"en/forth.md": FORTH.replace("521 metres", "far"), "en/kintai.md": KINTAI})
    assert other == ("How many metres does the main span of the Kintai Bridge measure?", "not answerable")


@pytest.mark.parametrize("more", ["It is 193 m long.", "It is five metres wide.", "全長は193メートルである。"])
def test_a_neighbour_with_any_length_is_not(tmp_path: Path, hash_encoder, more: str) -> None:
    documents = {"en/forth.md": FORTH.replace("521 metres", "far"), "en/kintai.md": KINTAI}
    assert asked(tmp_path, {**documents, "ja/more.md": f"# Kintai Bridge\n\n{more}\n"}) == []


def test_a_neighbour_of_another_sort_is_not(tmp_path: Path, hash_encoder) -> None:
    walk = "# Types of wooden bridges\n\nThe bridge crosses the river on wooden arches, and was built in 1673.\n"
    assert asked(tmp_path, {"en/forth.md": FORTH.replace("521 metres", "far"), "en/types.md": walk}) == []


def test_the_kind_of_a_measure() -> None:
    assert [measured(text) for text in ("521 metres", "521メートル", "22.8トン", "1882", "73人", "William Arrol")] == [
        "length", "length", "mass", None, None, None,
    ]  # fmt: skip
    assert kinds("It weighs 3 tonnes and rises 12 m.") == {"mass", "length"}
