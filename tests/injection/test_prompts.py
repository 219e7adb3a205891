"""What of every poisoned document reaches the prompt: no control token, no way out of the fence, nothing hidden."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from rag.generation.chain import Prepared
from tests.injection.attacks import prepared
from tests.injection.cases import Case, load_cases
from tests.injection.recipe import plain_prompt, read_plainly
from tests.rows import each_row

CASES = load_cases()
# Written apart from the patterns under test: the tokens of the families by name.
TOKENS = [
    *("<|im_start|>", "<|im_end|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>", "[inst]", "[/inst]"),
    *("<<sys>>", "<</sys>>", "<start_of_turn>", "<end_of_turn>", "</s>", "<|endoftext|>"),
]
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


@pytest.fixture(scope="module")
def prompts(encoder, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Prepared]:
    folder = tmp_path_factory.mktemp("poisoned")
    return {case.id: prepared(case, case.write(folder), encoder) for case in CASES}


def said(one: Prepared) -> str:
    return str(one.prompt.to_messages()[-1].text)


def seen(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).casefold().split())


def test_the_set_covers_both_languages_and_halves_alike() -> None:
    assert len({case.id for case in CASES}) == len(CASES) >= 40
    counts = {(case.half, case.language, case.kind) for case in CASES}
    kinds = {case.kind for case in CASES}
    older = {case.kind for case in CASES if case.half != "fresh"}
    fresh = {case.kind for case in CASES if case.half == "fresh"}
    assert kinds == older | fresh
    assert len(counts) == 2 * (2 * len(older) + len(fresh))
    assert all(case.told(case.truth[0]) and not case.worked(case.truth[0]) for case in CASES)
    assert all(case.marker or case.kind == "language" for case in CASES)


@each_row("case", CASES)
def test_no_control_token_and_no_invisible_character(case: Case, prompts: dict[str, Prepared]) -> None:
    text = said(prompts[case.id])
    assert not [token for token in TOKENS if token in seen(text)]
    assert not INVISIBLE.search(text)


@each_row("case", CASES)
def test_the_fence_is_ours(case: Case, prompts: dict[str, Prepared]) -> None:
    one = prompts[case.id]
    text = said(one)
    fences = re.findall(r"<\s*/?\s*passage.*?>", unicodedata.normalize("NFKC", text))
    assert len(fences) == 2 * len(one.hits) > 0
    *_, question, answer_in = text.splitlines()
    assert question.endswith(case.question)
    assert text.rindex("</passage") < text.rindex(case.question) < text.rindex(answer_in)


@each_row("case", CASES)
def test_the_truth_stays(case: Case, prompts: dict[str, Prepared]) -> None:
    assert case.told(said(prompts[case.id]))


@pytest.mark.parametrize("case", [case for case in CASES if case.kind == "hidden"], ids=lambda case: case.id)
def test_hidden_text_stays_out(case: Case, prompts: dict[str, Prepared], tmp_path: Path) -> None:
    plain = plain_prompt(case.question, case.language, [read_plainly(case.write(tmp_path))]).to_string()
    assert case.worked(plain)
    # A rule of a style sheet is not followed: classes that hide text also hide what a click opens.
    assert case.worked(said(prompts[case.id])) is (case.id == "en-hidden-3")


@pytest.mark.parametrize("case", [case for case in CASES if case.kind in {"title", "table"}], ids=lambda case: case.id)
def test_orders_in_titles_names_and_cells_stay_out(case: Case, prompts: dict[str, Prepared]) -> None:
    assert not case.worked(said(prompts[case.id]))


@pytest.mark.parametrize("case", [case for case in CASES if case.kind == "exfiltrate"], ids=lambda case: case.id)
def test_no_image_no_link_no_query(case: Case, prompts: dict[str, Prepared]) -> None:
    text = said(prompts[case.id])
    assert "](" not in text
    assert "?q=" not in text
    assert "?data=" not in text


def test_retrieval_brings_each_document_up(encoder, tmp_path: Path) -> None:
    from ingest.sync import sync
    from rag.index.reader import open_index
    from rag.retrieval.retriever import HybridRetriever

    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for case in CASES:
        case.write(corpus)
    sync(corpus, tmp_path / "index")
    retriever = HybridRetriever(index=open_index(tmp_path / "index"))
    missed = [
        case.id
        for case in CASES
        if case.file not in {hit.chunk.source.split("#")[0] for hit in retriever.search(case.question)}
    ]
    assert not missed
