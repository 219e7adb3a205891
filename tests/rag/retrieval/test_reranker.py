"""A cross-encoder over the best hits: a real one of random weights, and any other of LangChain's seam."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from langchain_core.callbacks import Callbacks
from langchain_core.documents import BaseDocumentCompressor, Document

from kotae.commands import main
from rag.encoders.bundled import expand
from rag.errors import ModelUnavailable
from rag.factory import IndexSettings, open_retriever
from rag.index.reader import open_index
from rag.retrieval.reranker import CrossEncoderReranker, open_reranker, reranker_name
from rag.retrieval.retriever import HybridRetriever, document_of, hits_of
from tests.samples import SMALL_CORPUS

pytestmark = pytest.mark.slow

QUESTIONS = ("日本の首都はどこですか？", "What is the deepest lake in the world?")


def make_cross_encoder(folder: Path, outputs: int = 1) -> Path:
    """A small XLM-RoBERTa of random weights with the bundled encoder's tokenizer."""
    import torch
    from transformers import AutoTokenizer, XLMRobertaConfig, XLMRobertaForSequenceClassification

    tokenizer = AutoTokenizer.from_pretrained(str(expand()))
    torch.manual_seed(0)
    config = XLMRobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=258,
        num_labels=outputs,
        pad_token_id=tokenizer.pad_token_id,
        initializer_range=0.5,
    )
    XLMRobertaForSequenceClassification(config).save_pretrained(folder)
    tokenizer.model_max_length = 256
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_cross_encoder(tmp_path_factory.mktemp("reranker") / "小さな再順位付け")


@pytest.fixture(scope="module")
def reranked(small_index: Path, folder: Path) -> HybridRetriever:
    return open_retriever(IndexSettings(small_index, None, 3, reranker=str(folder)))


class Backwards(BaseDocumentCompressor):
    """Another reranker: turns the order round and leaves out the first."""

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> Sequence[Document]:
        return list(reversed(documents[1:]))


@pytest.mark.parametrize("question", QUESTIONS)
def test_order_is_that_of_the_cross_encoder(reranked: HybridRetriever, folder: Path, question: str) -> None:
    from sentence_transformers import CrossEncoder

    hits = reranked.candidates(question, 3)
    pairs = [(question, f"{hit.chunk.title}\n{hit.chunk.text}".strip()) for hit in hits]
    expected = CrossEncoder(str(folder)).predict(pairs, show_progress_bar=False)
    assert [hit.reranked for hit in hits] == pytest.approx(expected.tolist(), abs=1e-4)
    assert [hit.reranked for hit in hits] == sorted((hit.reranked for hit in hits), reverse=True)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert {hit.chunk.source for hit in hits} == set(SMALL_CORPUS), "nothing is lost"
    assert reranked.search(question, 3) == hits[:3]


def test_legs_keep_their_scores(reranked: HybridRetriever, small_index: Path) -> None:
    plain = {hit.chunk.id: hit for hit in HybridRetriever(index=open_index(small_index)).candidates(QUESTIONS[0], 3)}
    for hit in reranked.candidates(QUESTIONS[0], 3):
        before = plain[hit.chunk.id]
        assert (hit.dense, hit.lexical) == pytest.approx((before.dense, before.lexical), abs=1e-5)
        assert before.reranked is None


def test_any_reranker_of_langchain_fits(small_index: Path) -> None:
    retriever = HybridRetriever(index=open_index(small_index), reranker=Backwards())
    plain = HybridRetriever(index=open_index(small_index)).candidates(QUESTIONS[1], 3)
    found = retriever.candidates(QUESTIONS[1], 3)
    assert [hit.chunk.id for hit in found] == [hit.chunk.id for hit in [*reversed(plain[1:]), plain[0]]]
    assert reranker_name(retriever.reranker) == "Backwards"


def test_score_travels_in_a_document(reranked: HybridRetriever) -> None:
    hits = reranked.search(QUESTIONS[0])
    assert hits_of(document_of(hit) for hit in hits) == hits


def test_nothing_to_rank(folder: Path) -> None:
    assert open_reranker(str(folder)).compress_documents([], "？") == []


def test_identity_is_that_of_the_weights(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / folder.name
    shutil.copytree(folder, other)
    assert open_reranker(str(other)).identity == open_reranker(str(folder)).identity
    assert open_reranker(str(folder)).identity.startswith("小さな再順位付け@")
    assert reranker_name(None) == "none"


def test_classifiers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="returns 3 scores for a question and a passage instead of one"):
        open_reranker(str(make_cross_encoder(tmp_path / "three", outputs=3)))


def test_what_cannot_be_loaded_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="no model folder"):
        open_reranker(str(tmp_path / "nowhere"))
    shutil.copytree(folder, tmp_path / "empty")
    (tmp_path / "empty" / "model.safetensors").unlink()
    (tmp_path / "empty" / "pytorch_model.bin").write_bytes(b"a pickle")
    with pytest.raises(ModelUnavailable, match=r"cannot be loaded.*safetensors"):
        open_reranker(str(tmp_path / "empty"))


@pytest.mark.usefixtures("encoder")
def test_command_measures_with_it(folder: Path, tmp_path: Path) -> None:
    collection = tmp_path / "collection"
    collection.mkdir()
    documents = [{"id": f"d{n}", "title": "", "text": f"文書{n}です。", "lang": "ja"} for n in range(3)]
    (collection / "documents.jsonl").write_text("".join(json.dumps(one) + "\n" for one in documents), encoding="utf-8")
    question = {"id": "q", "question": "文書1は？", "lang": "ja", "doc_id": "d1"}
    (collection / "questions.jsonl").write_text(json.dumps(question) + "\n", encoding="utf-8")
    asked = ["eval", "retrieval", str(collection), "--index", str(tmp_path / "index"), "--json"]
    ran = CliRunner().invoke(main, [*asked, "--reranker", str(folder)])
    assert ran.exit_code == 0, ran.output
    reranker = CrossEncoderReranker.model_validate(open_reranker(str(folder)))
    texts = [Document(one["text"]) for one in documents]
    best = [one.page_content for one in reranker.compress_documents(texts, question["question"])]
    (hybrid,) = (one for one in json.loads(ran.stdout)["ranked"] if one["leg"] == "hybrid")
    assert hybrid["rank"] == best.index("文書1です。") + 1
