"""An encoder other than the bundled one, end to end; skipped where the variable KOTAE_TEST_ENCODER names no folder.

It was tried with EmbeddingGemma-300M (768 dimensions, prompts of its own), under Gemma's terms of use.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from kotae.commands import main
from rag.encoders.embeddings import Encoder, open_encoder
from rag.index.reader import Index, open_index
from rag.retrieval.retriever import HybridRetriever
from tests.samples import SMALL_CORPUS

FOLDER = os.environ.get("KOTAE_TEST_ENCODER", "")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER, reason="KOTAE_TEST_ENCODER names no folder of an encoder"),
]


@pytest.fixture(scope="module")
def other() -> Encoder:
    return open_encoder(FOLDER)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("other-encoder")
    for name, text in SMALL_CORPUS.items():
        file: Path = folder / "corpus" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    asked = ["ingest", str(folder / "corpus"), "--index", str(folder / "index"), "--encoder", FOLDER]
    ran = CliRunner().invoke(main, asked)
    assert ran.exit_code == 0, ran.output
    return open_index(folder / "index")


def test_an_index_is_opened_with_the_encoder_that_made_it(index: Index, other: Encoder) -> None:
    assert index.encoder.identity == other.identity
    assert index.encoder.identity != open_encoder("bundled").identity


@pytest.mark.parametrize("text", ["日本の首都はどこですか？", "What is the capital of Canada?"])
def test_questions_and_passages_have_prompts_of_their_own(other: Encoder, text: str) -> None:
    assert other.identity.query_prompt != other.identity.document_prompt
    question, passage = other.encode_queries([text])[0], other.encode([text])[0]
    assert np.isfinite([question, passage]).all()
    assert np.linalg.norm([question, passage], axis=1) == pytest.approx(1, abs=1e-4)
    assert float(question @ passage) < 0.9999


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("日本の首都はどこですか？", "ja/東京.txt"),
        ("「テニスの王子様」の作者はだれですか？", "ja/許斐剛.md"),
        ("世界で最も深い湖は何ですか？", "en/baikal.md"),
        ("What is the capital of Canada?", "en/ottawa.txt"),
        ("Who wrote The Prince of Tennis?", "ja/許斐剛.md"),
    ],
)
def test_both_languages_are_found_with_it(index: Index, question: str, source: str) -> None:
    retriever = HybridRetriever(index=index)
    assert max(retriever.search(question, 8), key=lambda hit: hit.dense or -1).chunk.source == source
    assert source in [hit.chunk.source for hit in retriever.search(question)]
