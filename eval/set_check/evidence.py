"""Check that the evidence that a set names exists and contains the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from eval.dataset.items import GoldPassage, Item
from eval.grading.aliases import forms
from eval.grading.ladder import Reference
from eval.grading.open_match import match_references
from eval.grading.text import sentences
from eval.runs.evidence import chunks_of, in_index
from eval.set_check.findings import SetFault, SetFinding, finding
from rag.index.store import ChunkStore
from rag.records import Language
from rag.text.canonical import canonical
from rag.text.language import detect
from rag.text.tokens import tokenise
from rag.text.word_match import occurrences

SHARE: Final = 0.6
"""The share of the content words of a long reference that a passage which holds the answer has at least."""
_LONG: Final = 5
_SHOWN: Final = 60
"""Characters of a passage that a finding shows."""


@dataclass(frozen=True, slots=True)
class EvidenceCheck:
    """What was found, and how many questions could not be checked: no index, or no reference in its language."""

    findings: tuple[SetFinding, ...]
    unchecked: int


def check_evidence(items: Sequence[Item], store: ChunkStore | None) -> EvidenceCheck:
    """Check the evidence of the questions that name some, in the set or, with `store`, in an index."""
    findings: list[SetFinding] = []
    unchecked = 0
    evidence = {item.number: item.gold for item in items}
    if store is not None:
        evidence = in_index(evidence, store)
    for item in items:
        if not item.gold:
            continue
        found = _passages(evidence[item.number], store)
        missing = [str(gold) for gold, texts in found.items() if texts == []]
        if missing:
            findings.append(_missing(item, missing))
        texts = [text for passages in found.values() for text in passages or ()]
        if None in found.values() or not item.answerable or item.grading == "classification":
            unchecked += None in found.values()
        elif texts and (held := holds_answer(item, texts)) is not True:
            unchecked += held is None
            findings += [_silent(item, [*found], texts)] if held is False else []
    return EvidenceCheck(tuple(findings), unchecked)


def _passages(gold: Sequence[GoldPassage], store: ChunkStore | None) -> Mapping[GoldPassage, list[str] | None]:
    """Return the texts of each passage; none if the index does not have it, None if there is no index to look in."""
    passages: dict[GoldPassage, list[str] | None] = {}
    for passage in gold:
        if passage.text:
            passages[passage] = [f"{passage.title}\n{passage.text}"]
        elif store is None:
            passages[passage] = None
        else:
            chunks = sorted(chunks_of(store, [passage]).values(), key=lambda chunk: (chunk.source, chunk.position))
            passages[passage] = [f"{chunk.title}\n{chunk.text}" for chunk in chunks]
    return passages


def holds_answer(item: Item, texts: Sequence[str]) -> bool | None:
    """Tell whether any text holds an accepted answer; None if no reference is in a language of the texts.

    A reference counts as held if a sentence has it as the grader reads answers, or, of a long one, if a text has most
    of its content words.
    """
    languages = {detect(text) for text in texts}
    comparable = [reference for reference in item.references if reference.language in languages]
    canonicals = [canonical(text) for text in texts]
    for reference in item.references:
        question = canonical(item.questions.get(_language(reference)) or next(iter(item.questions.values())))
        if any(_holds(question, canonical(reference.text), text) for text in canonicals):
            return True
    return False if comparable else None


def _language(reference: Reference) -> Language:
    return "ja" if reference.language == "ja" else "en"


def _holds(question: str, reference: str, text: str) -> bool:
    if any(any(occurrences(text, form)) for form in forms(question, reference)):
        return True
    wanted = {token.stem for token in tokenise(reference) if token.content}
    if len(wanted) >= _LONG:
        return len(wanted & {token.stem for token in tokenise(text)}) >= SHARE * len(wanted)
    matches = (match_references(question, part, [reference], part)[0] for part in sentences(text))
    return any(match is not None and match.right for match in matches)


def _missing(item: Item, names: Sequence[str]) -> SetFinding:
    listed = ", ".join(names)
    return finding(
        SetFault.EVIDENCE_MISSING, [item], "",
        f"The index does not contain {listed}", f"インデックスに {listed} がありません",
    )  # fmt: skip


def _silent(item: Item, gold: Sequence[GoldPassage], texts: Sequence[str]) -> SetFinding:
    reference = next(iter(item.responses.values()))
    named = ", ".join(str(passage) for passage in gold if passage.source)
    named = named or repr(" ".join(texts[0].split())[:_SHOWN])
    return finding(
        SetFault.EVIDENCE_SILENT, [item], "",
        f"{named} does not hold {reference!r}", f"{named} に「{reference}」がありません",
    )  # fmt: skip
