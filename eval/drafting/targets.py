"""Choose answers in a passage by rule: a name, number, date or quotation that a question can ask for.

A small model writes a good question for a given answer far more often than it finds an answer worth asking for.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from eval.drafting.question_words import question_words
from rag.groundedness.spans import Kind, SoughtSpan, find_spans
from rag.records import Chunk
from rag.text.sentences import Span, sentences
from rag.text.tokens import Token, tokenise

_SHORTEST, _LONGEST = 12, 400
"""Characters of a sentence that is asked about."""
_LONGEST_ANSWER: Final = 40
_ENDS: Final = re.compile(r"[。．！？.!?][」』）)\"”’]?$")
_LEANS: Final = re.compile(
    r"この|その|あの|これ|それ|そこ|ここ|あれ|彼|同(?:社|氏|国|年|じ)|前者|後者|両者|こう|そう|後に|翌年|前年"
    r"|\b(?:here|such|that one|the (?:former|latter))\b"
    r"|\b(?:he|she|it|they|him|her|his|hers|its|their|them|this|these|those)\b",
    re.IGNORECASE,
)
"""Words whose meaning stands in another sentence."""
_BEFORE_DATE: Final = re.compile(r"^(?:in|on|by|since|from|until|around|about|during|early|late|mid)\s", re.IGNORECASE)
_DIGITS: Final = re.compile(r"(?<=\d)(?=\d)")
_LISTED_BEFORE: Final = re.compile(r"(?:[やと・]|および|及び|または|\b(?:and|or)\s)[「『(（\"“]?$")
_LISTED_AFTER: Final = re.compile(
    r"[」』）)\"”]?(?:[、や・]|など|および|及び|または|と(?![いさしすの])|,?\s(?:and|or)\s(?:the\s)?[A-Z\d]"
    r"|,\s(?:the\s)?[A-Z][\w\s]*\sand\s)"
)
"""What stands around a member of a list, which alone would be half an answer."""
_NEAR: Final = 40
"""Characters behind an answer that tell whether it qualifies another word."""


@dataclass(frozen=True, slots=True)
class DraftTarget:
    """An answer that stands in a passage; `excerpt` is the text from `start` to `end` of the document with it."""

    chunk: Chunk
    answer: str
    kind: Kind
    excerpt: str
    start: int
    end: int
    asks: str = ""
    """The words to ask for the answer with."""


def find_targets(chunk: Chunk, seed: int = 0) -> list[DraftTarget]:
    """Return the answers in a passage, each in a sentence that can be understood with its title and the one before it.

    The same seed gives the same order; one sentence's second answer comes after the first of every other sentence.
    """
    generator = random.Random(f"{seed} {chunk.id}")  # noqa: S311
    by_sentence = []
    for before, span in _usable_sentences(chunk):
        targets = list(_targets(chunk, before, span))
        generator.shuffle(targets)
        by_sentence.append(targets)
    generator.shuffle(by_sentence)
    turns = range(max(map(len, by_sentence), default=0))
    return [targets[turn] for turn in turns for targets in by_sentence if turn < len(targets)]


def _usable_sentences(chunk: Chunk) -> Iterator[tuple[Span | None, Span]]:
    before: Span | None = None
    for span in sentences(chunk.text):
        text = chunk.text[span.start : span.end]
        if _SHORTEST <= len(text) <= _LONGEST and _ENDS.search(text) and not _LEANS.search(text) and "|" not in text:
            yield before, span
        before = span


def _targets(chunk: Chunk, before: Span | None, span: Span) -> Iterator[DraftTarget]:
    sentence = chunk.text[span.start : span.end]
    start = span.start if before is None or span.end - before.start > _LONGEST else before.start
    for found in find_spans(chunk.title, sentence):
        answer = _as_written(found, sentence)
        if answer is not None and len(answer) <= _LONGEST_ANSWER and _stands_whole(sentence, answer, found.kind):
            asks = question_words(answer, found.kind, found.tokens, sentence.partition(answer)[0], chunk.language)
            excerpt = chunk.text[start : span.end]
            yield DraftTarget(chunk, answer, found.kind, excerpt, chunk.start + start, chunk.start + span.end, asks)


def _stands_whole(sentence: str, answer: str, kind: Kind) -> bool:
    """Return whether an answer occurs once, is no member of a list, and qualifies no other word."""
    before, _, after = sentence.partition(answer)
    if answer in after or _LISTED_BEFORE.search(before) or _LISTED_AFTER.match(after):
        return False
    word = tokenise(after[:_NEAR])[:1] if kind == "name" and after[:1] == " " else ()
    return after[:1] not in ("半", "-") and not any(token.content and token.surface.islower() for token in word)


def _as_written(found: SoughtSpan, sentence: str) -> str | None:
    """Return an answer as the sentence has it, with the counter of a number; None if it is none to ask for."""
    text = _BEFORE_DATE.sub("", found.text)
    pattern = _DIGITS.sub("[,，]?", re.sub(r"[^\w\s]", lambda sign: re.escape(sign[0]), text))
    match = re.search(pattern, sentence)
    if match is None:
        return None
    if found.kind == "number":
        return _with_counter(sentence, match) if any(map(str.isdigit, match[0])) else None
    if found.kind == "name" and not _is_proper(found.tokens, text):
        return None
    if found.kind == "quotation" and found.tokens[-1].pos.startswith(("助", "動詞", "形容詞")):
        return None
    return match[0] if found.kind != "words" else None


def _with_counter(sentence: str, match: re.Match[str]) -> str | None:
    """Return a number with the Japanese counter behind it; None for a single digit that counts nothing."""
    if "-" in match[0] or match[0] == "1" or sentence[: match.start()].endswith("第"):
        return None
    rest = tokenise(sentence[match.end() :])
    counter = rest[0] if rest and rest[0].kind == "japanese" and rest[0].start == 0 else None
    if counter is not None and counter.pos.startswith(("名詞", "接尾辞/名詞的")):
        return match[0] + counter.surface
    return match[0] if len(match[0]) > 1 else None


def _is_proper(tokens: tuple[Token, ...], text: str) -> bool:
    """Return whether a name is more than a common noun in katakana."""
    return "・" in text or any(token.kind == "latin" or "固有名詞" in token.pos for token in tokens)
