"""What the defences cost on honest documents: the same questions and passages, pasted plainly and as kotae does it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from eval.dataset.load import Dataset, Item
from eval.dataset.sample import stratified_sample
from eval.grading.ladder import grade
from eval.statistics.paired import Comparison, PairedOutcome, compare
from rag.generation.chain import GroundedChain, Question
from rag.generation.prompt_file import load_prompt
from rag.records import LANGUAGES, Language
from rag.retrieval.retriever import HybridRetriever
from tests.injection.answering import Answerer
from tests.injection.recipe import Pasted, plain_prompt


@dataclass(frozen=True, slots=True)
class Pair:
    """One question in one language, and whether either prompt got the right answer (content, in any language)."""

    number: str
    language: Language
    plain: bool
    kotae: bool


def pairs(dataset: Dataset, size: int, chain: GroundedChain, answerer: Answerer) -> Iterator[Pair]:
    """The sample that `kotae demo` asks, each question once with either prompt around the same passages."""
    for item in stratified_sample(dataset, size):
        for language in LANGUAGES:
            yield _pair(item, language, chain, answerer)


def chain_of(retriever: HybridRetriever, answerer: Answerer) -> GroundedChain:
    """The chain that finds the passages and writes kotae's prompt."""
    return GroundedChain(answerer.model, retriever, load_prompt())


def _pair(item: Item, language: Language, chain: GroundedChain, answerer: Answerer) -> Pair:
    prepared = chain.prepare(Question(item.questions[language], language))
    passages = [Pasted(f"{hit.chunk.title}\n{hit.chunk.text}", hit.chunk.source) for hit in prepared.hits]
    plain = answerer.plainly(plain_prompt(prepared.question.text, language, passages))
    kotae = answerer.grounded(prepared)
    return Pair(item.number, language, _right(item, language, plain), _right(item, language, kotae))


def _right(item: Item, language: Language, answer: str) -> bool:
    return grade(item.questions[language], answer, item.references, item.kind, language, item.labels).correct


def comparison(found: list[Pair]) -> Comparison:
    """Plain as the baseline, kotae as the treatment."""
    return compare([PairedOutcome(one.number, one.plain, one.kotae) for one in found])
