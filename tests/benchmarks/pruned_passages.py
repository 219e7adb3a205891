"""Is less to read enough? The sentences of the passages that share words or meaning with the question.

python -m tests.benchmarks.pruned_passages INDEX     # no model is asked: does the reference still stand in them
python -m tests.benchmarks.pruned_passages INDEX --run OUT --sample 20 --llama-server PATH     # answers, paired
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from eval.dataset.load import load_dataset
from rag.factory import IndexSettings, ModelSettings, open_retriever
from rag.groundedness.support import find_support
from rag.lexical.dictionary import open_dictionary
from rag.lexical.translation import into_english, into_japanese
from rag.records import Groundedness, Hit, Language
from rag.retrieval.retriever import HybridRetriever, document_of
from rag.text.language import detect
from rag.text.sentences import sentences
from rag.text.words import words
from tests.samples import REPOSITORY

VERIFY = REPOSITORY / "eval/data/verify100.xlsx"
LANGUAGES: tuple[Language, ...] = ("ja", "en")
Prune = Callable[[HybridRetriever, str, Sequence[Hit]], tuple[Hit, ...]]


def tokens(text: str) -> float:
    """Estimate the tokens of the bundled model: 0.75 for a Japanese character, 0.25 for another one."""
    return sum(0.25 if ord(character) < 0x2E80 else 0.75 for character in text)


def wanted(question: str, among: Language) -> list[dict[str, float]]:
    """Return the words of a question as alternatives in a language, each with its share of the meaning."""
    if (language := detect(question)) == among:
        return [{word: 1.0} for word in dict.fromkeys(words(question, language))]
    if among == "en":
        return [dict(group) for group in into_english(question, open_dictionary())]
    return [{word: 1.0, **forms} for word, forms in into_japanese(question, open_dictionary())]


def sentence_scores(retriever: HybridRetriever, question: str, texts: Sequence[tuple[str, Language]]) -> list[float]:
    """Return for each sentence the weighted share of the question's words in it, plus its cosine over the mean."""
    found = [Counter(words(text, language)) for text, language in texts]
    groups = {language: wanted(question, language) for language in LANGUAGES}
    shares = []
    for (_, language), counts in zip(texts, found, strict=True):
        same = [other for other, (_, among) in zip(found, texts, strict=True) if among == language]
        score = whole = 0.0
        for group in groups[language]:
            having = sum(any(word in other for word in group) for other in same)
            weight = math.log(1 + len(same) / (having or 1))
            whole += weight
            score += weight * max((share for word, share in group.items() if word in counts), default=0.0)
        shares.append(score / whole if whole else 0.0)
    encoder = retriever.index.encoder
    vector = encoder.encode_queries([question])[0]
    cosines = [float(encoder._light.encode([encoder.identity.document_prompt + text])[0] @ vector) for text, _ in texts]
    mean = sum(cosines) / len(cosines)
    return [share + 5 * (cosine - mean) for share, cosine in zip(shares, cosines, strict=True)]


def keeping(part: float) -> Prune:
    """Return a way to keep the best sentences up to a part of the passages' tokens, in their order."""

    def prune(retriever: HybridRetriever, question: str, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        parts = [
            (hit.rank, hit.chunk.text[span.start : span.end], hit.chunk.language)
            for hit in hits
            for span in sentences(hit.chunk.text)
        ]
        scores = sentence_scores(retriever, question, [(text, language) for _, text, language in parts])
        room = part * sum(tokens(hit.chunk.text) for hit in hits)
        kept: set[int] = set()
        for number in sorted(range(len(parts)), key=lambda number: -scores[number]):
            if not kept or tokens(parts[number][1]) <= room:
                kept.add(number)
                room -= tokens(parts[number][1])
        shortened = []
        for hit in hits:
            texts = [parts[number][1] for number in sorted(kept) if parts[number][0] == hit.rank]
            glue = "" if hit.chunk.language == "ja" else " "
            if texts:
                shortened.append(replace(hit, chunk=replace(hit.chunk, text=glue.join(texts))))
        return tuple(shortened)

    return prune


def first(count: int) -> Prune:
    """Return a way to keep the first passages whole."""
    return lambda _, __, hits: tuple(hits[:count])


WAYS: dict[str, Prune] = {
    "3 passages": first(3),
    "2 passages": first(2),
    "1 passage": first(1),
    "0.6 of the tokens": keeping(0.6),
    "0.45 of the tokens": keeping(0.45),
    "0.3 of the tokens": keeping(0.3),
}


class PrunedRetriever(BaseRetriever):
    """A retriever that shortens what another one finds."""

    inner: HybridRetriever
    way: str

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [document_of(hit) for hit in WAYS[self.way](self.inner, query, self.inner.search(query))]


def coverage(retriever: HybridRetriever, step: int) -> None:
    """Print for each way how many references stand in the passages, and how much there is to read."""
    standing: Counter[str] = Counter()
    read: Counter[str] = Counter()
    asked = 0
    for item in load_dataset(VERIFY).items[::step]:
        for language in LANGUAGES:
            question, references = item.questions[language], (item.responses[language], *item.aliases.get(language, ()))
            hits = retriever.search(question)
            if item.kind == "classification" or not _stands(question, references, hits):
                continue
            asked += 1
            for name, prune in WAYS.items():
                kept = prune(retriever, question, hits)
                read[name] += round(sum(tokens(hit.chunk.text) for hit in kept))
                standing[name] += _stands(question, references, kept)
    print(f"{asked} questions whose reference stands in the three passages")
    for name in WAYS:
        print(f"  {name}: stands in {standing[name]}, tokens of passages {read[name] / read['3 passages']:.2f}")


def _stands(question: str, references: Sequence[str], hits: Sequence[Hit]) -> bool:
    return any(find_support(question, text, hits).groundedness is Groundedness.GROUNDED for text in references)


def run(retriever: HybridRetriever, out: Path, sample: int, llama_server: str | None) -> None:
    """Ask a sample with whole passages and with 0.45 of the tokens, as arms of one experiment."""
    from eval.runs.arms import Arm
    from kotae.experiments import evaluate_arms

    model = ModelSettings(llama_server=llama_server)
    names = ("3 passages", "2 passages", "0.45 of the tokens")
    arms = [
        Arm(name.replace(" ", "-"), model, PrunedRetriever(inner=retriever, way=name, tags=[name])) for name in names
    ]
    print(evaluate_arms(VERIFY, out, arms, sample=sample))


def main() -> None:
    """Look the references up, or run the experiment."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("--run", type=Path)
    parser.add_argument("--sample", type=int, default=20)
    parser.add_argument("--step", type=int, default=1, help="look at every second question only, or every third")
    parser.add_argument("--llama-server")
    options = parser.parse_args()
    retriever = open_retriever(IndexSettings(options.index))
    if options.run is None:
        coverage(retriever, options.step)
    else:
        run(retriever, options.run, options.sample, options.llama_server)


if __name__ == "__main__":
    main()
