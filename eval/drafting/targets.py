"""Choose answers in a passage by rule: a name, number, date or quotation that a question can ask for.

A small model writes a good question for a given answer far more often than it finds an answer worth asking for.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from eval.drafting.question_words import NUMBERED, is_decade, is_year, question_words
from eval.drafting.subjects import plain_title, sentences_about_title
from rag.groundedness.spans import Kind, SoughtSpan, find_spans
from rag.records import Chunk
from rag.text.sentences import Span, sentences
from rag.text.tokens import Token, is_name, tokenise

_SHORTEST, _LONGEST = 12, 400
"""Characters of a sentence that is asked about."""
_LONGEST_ANSWER: Final = 40
_ENDS: Final = re.compile(r"[。．！？.!?][」』）)\"”’]?$")
_LEANS: Final = re.compile(
    r"この|その|あの|これ|それ|そこ|ここ|あれ|彼|同(?:社|氏|国|年|じ)|前者|後者|両者|こう|そう|後に|翌年|前年"
    r"|\b(?:here|such|that one|the (?:former|latter|same|next|following|previous)|later that|the others?|another)\b"
    r"|\b(?:they|their|them|this|these|those)\b",
    re.IGNORECASE,
)
_STANDS_FOR: Final = re.compile(r"\b(?:he|she|it|him|her|his|hers|its)\b", re.IGNORECASE)
"""Words whose meaning stands in another sentence, the last unless the sentence begins with the title."""
_BEFORE_DATE: Final = re.compile(r"^(?:in|on|by|since|from|until|around|about|during|early|late|mid)\s", re.IGNORECASE)
_DIGITS: Final = re.compile(r"(?<=\d)(?=\d)")
_LISTED_BEFORE: Final = re.compile(r"(?:[やと・]|および|及び|または|\b(?:and|or)\s)[「『(（\"“]?$")
_LISTED_AFTER: Final = re.compile(
    r"[」』）)\"”]?(?:[、や・]|など|および|及び|または|と(?![いさしすの])|,?\s(?:and|or)\s(?:the\s)?[A-Z\d]"
    r"|,\s(?:the\s)?[A-Z][\w\s]*(?:,|\sand)\s)"
)
"""What stands around a member of a list, which alone would be half an answer."""
_PART_AFTER: Final = re.compile(
    r"半|[-–〜~A-Za-z]|°|\s\d|\s(?:onwards?|or so|or more|or less)\b"
    r"|\sby\s\d|\.\s?[A-Z]\w+(?<!\bThe)\s(?!was|is)|\sof\s(?:the\s)?[A-Z]|'s?\s[A-Z]"
)
_PART_BEFORE: Final = re.compile(r"\d\sby\s$|\bas of\s$|\b[A-Z]\.\s$")
"""What makes of an answer a part of a longer name or measure."""
_ROUGH_BEFORE: Final = re.compile(
    r"\b(?:than|over|under|nearly|almost|up to|at (?:least|most)|between|since|from|until|till|before|after|to)\s$",
    re.IGNORECASE,
)
_ROUGH_DATE: Final = re.compile(r"\b(?:about|around|circa|c\.|early|late|mid|by|during)\s(?:the\s)?$", re.IGNORECASE)
"""What makes of a number or a date one end of a range, or a guess."""
_BARE: Final = re.compile(r"\d[\d.,]*")
_OTHER_CLAUSE: Final = re.compile(r"(?:[;:]|\b(?:and|but|while|when|where|whose|as))\s(?:the\s)?$", re.IGNORECASE)
_INITIAL: Final = re.compile(r"\s[A-HJ-UWYZ]$")
_NUMBER: Final = re.compile(r"\d[\d.,]*")
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
    about_title: str = ""
    """The sentence with the title for its subject, if it tells something of what the title names; English only."""


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
    about_title = _about_title(chunk)
    for span in sentences(chunk.text):
        text = about_title.get(span.start, chunk.text[span.start : span.end])
        leans = _LEANS.search(text) or (span.start not in about_title and _STANDS_FOR.search(text))
        if _SHORTEST <= len(text) <= _LONGEST and _ENDS.search(text) and not leans and "|" not in text:
            yield before, span
        before = span


def _about_title(chunk: Chunk) -> dict[int, str]:
    """Return by their starts the sentences that tell something of what the title names."""
    return {span.start: text for span, text in sentences_about_title(chunk)} if chunk.language == "en" else {}


def _targets(chunk: Chunk, before: Span | None, span: Span) -> Iterator[DraftTarget]:
    sentence = chunk.text[span.start : span.end]
    renamed = _about_title(chunk).get(span.start, "")
    title = plain_title(chunk.title)
    start = span.start if before is None or span.end - before.start > _LONGEST else before.start
    for found in find_spans(chunk.title, sentence):
        answer = _as_written(found, sentence)
        if (
            answer is not None
            and (not title or title not in answer)
            and len(answer) <= _LONGEST_ANSWER
            and _stands_whole(sentence, answer, found.kind)
        ):
            asks = question_words(answer, found.kind, found.tokens, sentence.partition(answer)[0], chunk.language)
            excerpt = chunk.text[start : span.end]
            named = renamed if renamed and _is_told_of(title, renamed, answer) else ""
            yield DraftTarget(
                chunk, answer, found.kind, excerpt, chunk.start + start, chunk.start + span.end, asks, named
            )


def _stands_whole(sentence: str, answer: str, kind: Kind) -> bool:
    """Return whether an answer occurs once, is no member of a list or part of a name, and qualifies no other word."""
    before, _, after = sentence.partition(answer)
    if kind in ("number", "date") and _is_half(before, after, answer, kind):
        return False
    listed = _LISTED_BEFORE.search(before) or _LISTED_AFTER.match(after) or _follows_its_kind(before, answer, kind)
    if answer in after or listed or _INITIAL.search(answer) or _PART_AFTER.match(after) or _PART_BEFORE.search(before):
        return False
    word = tokenise(after[:_NEAR])[:1] if kind == "name" and after[:1] == " " else ()
    return not any(token.content and token.surface.islower() for token in word)


def _is_half(before: str, after: str, answer: str, kind: Kind) -> bool:
    """Return whether a number or a date is less than what its sentence says: from the late 1870s onwards, plus 100."""
    dated = kind == "date" or is_year(answer) or is_decade(answer)
    if _ROUGH_BEFORE.search(before) or (dated and _ROUGH_DATE.search(before)):
        return True
    if not _BARE.fullmatch(answer) or is_year(answer):
        return False
    counted = tokenise(after[:_NEAR])[:1] if after[:1] == " " else ()
    return not (NUMBERED.search(before) or any(token.content and token.surface.islower() for token in counted))


def _is_told_of(title: str, sentence: str, answer: str) -> bool:
    """Return whether the title is no subject of a clause behind the one with the answer."""
    between = sentence.partition(answer)[2].lower().partition(title.lower())
    return title.lower() in sentence.partition(answer)[0].lower() or not _OTHER_CLAUSE.search(between[0])


def _follows_its_kind(before: str, answer: str, kind: Kind) -> bool:
    """Return whether the word before a comma before an answer is of the answer's kind: 1896年、1933年."""
    head = before.rstrip()
    if not head.endswith(("、", ",")):
        return False
    if kind != "name":
        counter = _NUMBER.sub("", answer).strip()
        return re.search(rf"\d\s?{re.escape(counter)}[、,]$", head) is not None
    last = tokenise(head[:-1])[-2:]
    noun = last and (is_name(last[-1]) or last[-1].pos.startswith(("名詞", "接尾辞/名詞的")))
    return bool(noun) and any(map(is_name, last))


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
