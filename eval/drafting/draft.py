"""Draft questions from the passages of an index until there are enough that pass every filter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from eval.dataset.items import Item
from eval.drafting.filters import DropReason, drafted_item, drop_by_text, read_question
from eval.drafting.japanese_cloze import question_in_place
from eval.drafting.journal import ReplyJournal
from eval.drafting.passages import PassageSpread
from eval.drafting.prompts import drafting_prompt
from eval.drafting.question_words import UNCLEAR
from eval.drafting.targets import DraftTarget, find_targets
from eval.drafting.unanswerable import unanswerable
from eval.grading.ladder import grade
from eval.set_check.doubles import find_doubles
from rag.generation.prompt import Prompt, build_prompt
from rag.records import LANGUAGES, Hit, Language
from rag.retrieval.retriever import HybridRetriever
from rag.safety.sanitize import sanitize_label, sanitize_passage

Progress = Callable[[int, int], None]
MOST_TRIES: Final = 30
"""Drafts for each question that is wanted, after which a language has no more."""
TURNS: Final = 3
"""Answers of one passage that are tried of each tier, one a turn over all passages."""
TIERS: Final = 3


@dataclass(frozen=True, slots=True)
class DraftSettings:
    """What is drafted: `count` questions over `languages`; the same seed takes the same passages.

    Up to the share `unanswerable` of them are questions that the documents do not answer.
    """

    count: int
    prompt: Prompt
    languages: tuple[Language, ...] = LANGUAGES
    seed: int = 0
    batch_size: int = 1
    unanswerable: float = 0.1


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted question: kept, or dropped for a reason. `reply` is the model's own answer from the passage.

    Of a question that is not `answerable` the target is a passage near to it, and the answer says so.
    """

    target: DraftTarget
    question: str
    reason: DropReason | None = None
    reply: str = ""
    answerable: bool = True

    @property
    def tier(self) -> int:
        """How far a good question may be hoped for: the rule's own or one of the title, another, one for any name."""
        if self.target.asks == UNCLEAR:
            return 2
        return 0 if self.question or self.target.about_title else 1

    def dropped(self, reason: DropReason) -> Draft:
        """Return the draft as dropped."""
        return replace(self, reason=reason)

    def item(self, number: str = "1") -> Item:
        """Return the draft as a question of a verification set."""
        return drafted_item(number, self.question, self.target, answerable=self.answerable)


@dataclass(frozen=True, slots=True)
class DraftedSet:
    """All drafts in their order, and by language how many questions were wanted."""

    drafts: tuple[Draft, ...]
    wanted: dict[Language, int] = field(default_factory=dict)

    @property
    def kept(self) -> tuple[Draft, ...]:
        """The drafts that passed every filter."""
        return tuple(draft for draft in self.drafts if draft.reason is None)

    def count(self, language: Language, reason: DropReason | None) -> int:
        """Return how many drafts of a language were dropped for a reason; with None, how many were kept."""
        return Counter((draft.target.chunk.language, draft.reason) for draft in self.drafts)[language, reason]


class Drafter:
    """Drafts by one model from one index."""

    def __init__(self, retriever: HybridRetriever, journal: ReplyJournal, settings: DraftSettings) -> None:
        self._retriever, self._journal, self._settings = retriever, journal, settings

    def draft(self, progress: Progress | None = None) -> DraftedSet:
        """Draft until every language has its share of questions, or its passages are used up."""
        settings = self._settings
        spread = PassageSpread(self._retriever.index.store, settings.seed)
        wanted = dict(spread.shares(settings.count, settings.languages))
        drafts: list[Draft] = []
        kept = 0
        for language, share in wanted.items():
            for draft in self._in_language(spread, language, share):
                drafts.append(draft)
                kept += draft.reason is None
                if progress is not None:
                    progress(kept, settings.count)
        return DraftedSet(tuple(drafts), wanted)

    def _in_language(self, spread: PassageSpread, language: Language, share: int) -> Iterator[Draft]:
        """Yield drafts until `share` are kept, the last of them questions that nothing answers, if there are any."""
        kept: list[Draft] = []
        without_answer = int(share * self._settings.unanswerable)
        answerable = self._answerable(islice(self._planned(spread, language), share * MOST_TRIES))
        for drafts, limit in (
            (answerable, share - without_answer),
            (self._unanswerable(kept), share),
            (answerable, share),
        ):
            while len(kept) < limit and (draft := next(drafts, None)) is not None:
                last = self._without_double(draft, kept)
                kept += [last] if last.reason is None else []
                yield last

    def _answerable(self, planned: Iterator[Draft]) -> Iterator[Draft]:
        while batch := list(islice(planned, self._settings.batch_size)):
            yield from self._checked(batch)

    def _unanswerable(self, kept: Sequence[Draft]) -> Iterator[Draft]:
        for draft in tuple(kept):
            for question, target in islice(unanswerable(draft.question, draft.target, self._retriever), 1):
                yield Draft(target, question, drop_by_text(question, target), answerable=False)

    def _planned(self, spread: PassageSpread, language: Language) -> Iterator[Draft]:
        """Yield an answer of every passage in turn, then another of each; none depends on what became of the others.

        Those for which a rule has the question, or at least the sentence of the title, come before the others.
        """
        for tier in range(TIERS):
            for turn in range(TURNS):
                for chunk in spread.passages(language):
                    targets = find_targets(chunk, self._settings.seed)
                    drafts = [Draft(target, question_in_place(target) or "") for target in targets]
                    yield from [draft for draft in drafts if draft.tier == tier][turn : turn + 1]

    def _checked(self, planned: Sequence[Draft]) -> list[Draft]:
        """Have the questions written that are not yet, and apply the filters; those that cost most come last."""
        drafts = []
        for draft, question in zip(planned, self._questions(planned), strict=True):
            reason = DropReason.FAILED if question is None else drop_by_text(question, draft.target)
            drafts.append(Draft(draft.target, question or "", reason))
        return self._answered(self._retrieved(drafts))

    def _questions(self, planned: Sequence[Draft]) -> Iterator[str | None]:
        """Yield the question of each draft, or else the model's; None if it does not reply."""
        unwritten = [draft.target for draft in planned if not draft.question]
        mode = self._settings.prompt.injection_filter
        prompts = [
            drafting_prompt(
                "draft",
                target.chunk.language,
                {
                    "title": sanitize_label(target.chunk.title, mode).text,
                    "text": " ".join(sanitize_passage(target.about_title or target.excerpt, mode).text.split()),
                    "answer": target.answer,
                    "asks": target.asks,
                },
            )
            for target in unwritten
        ]
        written = (None if reply is None else read_question(reply) for reply in self._journal.ask(prompts))
        for draft in planned:
            yield draft.question or next(written)

    def _retrieved(self, drafts: Sequence[Draft]) -> list[Draft]:
        """Drop the questions that do not bring their passage back among all the others."""
        asked = [draft.question for draft in drafts if draft.reason is None]
        hits = iter(self._retriever.search_many(asked))
        return [
            draft
            if draft.reason is not None or any(hit.chunk.id == draft.target.chunk.id for hit in next(hits))
            else draft.dropped(DropReason.NOT_RETRIEVED)
            for draft in drafts
        ]

    def _answered(self, drafts: Sequence[Draft]) -> list[Draft]:
        """Drop the questions that the model, given the passage, does not answer with the answer they were made for."""
        prompts = [
            build_prompt(
                draft.question, draft.target.chunk.language, [Hit(draft.target.chunk, 1, 1.0)], self._settings.prompt
            )
            for draft in drafts
            if draft.reason is None
        ]
        replies = iter(self._journal.ask(prompts))
        answered = []
        for draft in drafts:
            if draft.reason is None:
                reply = next(replies) or ""
                right = _accepts(draft, reply)
                answered.append(replace(draft, reason=None if right else DropReason.ROUND_TRIP, reply=reply))
            else:
                answered.append(draft)
        return answered

    def _without_double(self, draft: Draft, kept: Sequence[Draft]) -> Draft:
        """Drop a question that the set already has, or nearly."""
        if draft.reason is not None:
            return draft
        items = [other.item(str(number)) for number, other in enumerate([*kept, draft])]
        last = items[-1].number
        doubles = find_doubles(items, draft.target.chunk.language)
        if any(last in finding.numbers for finding in doubles):
            return draft.dropped(DropReason.NEAR_DOUBLE)
        return draft


def _accepts(draft: Draft, reply: str) -> bool:
    item = draft.item()
    return grade(draft.question, reply, item.references, item.grading, draft.target.chunk.language).correct
