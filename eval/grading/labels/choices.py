"""The labels that a question offers in its own words: 「哺乳類」か「魚類」, "as a mammal or a bird".

Found around a label that is known, from a reference: the list in the question that holds it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.text.tokens import tokenise
from rag.text.word_match import folded

_QUOTED = re.compile(r"「([^「」]{1,30})」|『([^『』]{1,30})』|\"([^\"\n]{1,40})\"|(?<!\w)'([^'\n]{1,40})'(?!\w)")
_BETWEEN_QUOTES = re.compile(
    r"(?:\s|、|,|・|/|か|と|や|または|もしくは|あるいは|それとも|で?すか|\bor\b|\band\b|\bas\b|\ba\b|\ban\b)*"
)
_CHUNK = re.compile(r"[:?。!「」『』\"()]|\.(?=\s|$)")
_ASIDE = re.compile(r"\([^()]{0,80}\)")
_BREAK_WORDS = frozenset("、 , ; / か と や または あるいは もしくは それとも or & and vs".split())
_LEFT_EN = frozenset(
    "is are as a an the be to either between in into of express expresses from was were was classify".split()
)
_TAIL_JA = re.compile(
    r"(?:ですか?$|でしょうか?$|であるか?$|の(?:どちら|どれ|いずれ|中|うち|どの|\d).*|に分類.*|に分け.*|から.*|で(?:答え"
    r"|分類).*|を選.*)"
)
_LONGEST = 40  # characters of a label


@dataclass(frozen=True, slots=True)
class Choice:
    """The labels of a list in a question, and the place of the known one among them."""

    names: tuple[str, ...]
    known: int


def offered(question: str, known: Sequence[str]) -> Choice | None:
    """Return the list of a canonical question that holds one of the `known` labels, or None.

    >>> offered("Is it positive or negative?", ["negative"]).names
    ('positive', 'negative')
    """
    keys = {folded(name) for name in known if folded(name)}
    for names in (*_quoted_runs(question), *_word_runs(question, keys)):
        found = [i for i, name in enumerate(names) if folded(name) in keys]
        if len(names) > 1 and len(found) == 1:
            return Choice(tuple(names), found[0])
    return None


def _quoted_runs(question: str) -> list[list[str]]:
    runs: list[list[str]] = [[]]
    last = None
    for match in _QUOTED.finditer(question):
        if last is not None and not _BETWEEN_QUOTES.fullmatch(question, last, match.start()):
            runs.append([])
        runs[-1].append(next(group for group in match.groups() if group))
        last = match.end()
    return [list(dict.fromkeys(run)) for run in runs]


def _word_runs(question: str, keys: set[str]) -> list[list[str]]:
    """Return the lists without quotation marks, the ends trimmed to the shape of the known label."""
    lines = [line.strip(" .。") for line in question.splitlines() if line.strip()]
    runs = [[line for line in lines if len(line) <= _LONGEST]] if any(folded(line) in keys for line in lines) else []
    for line in lines:
        bare = _ASIDE.sub("", line)
        runs += [_trimmed(segments, keys) for chunk in _CHUNK.split(bare) if len(segments := _segments(chunk)) > 1]
    return [run for run in runs if run]


def _segments(chunk: str) -> list[str]:
    segments, start = [], 0
    tokens = tokenise(chunk)
    for token, following in itertools.zip_longest(tokens, tokens[1:]):
        word = token.surface.casefold()
        if (
            word in _BREAK_WORDS
            and (token.kind != "japanese" or token.pos.startswith(("助詞", "接続詞")))
            and following
        ):
            segments.append(chunk[start : token.start].strip())
            start = token.end
    return [segment for segment in (*segments, chunk[start:].strip()) if segment]


def _trimmed(segments: Sequence[str], keys: set[str]) -> list[str]:
    """Return the segments as labels, if one of them is the known label once its beginning and end are cut."""
    names = [_right_cut(_left_cut(segment)) for segment in segments]
    width = max((len(name.split()) for name in names[1:-1]), default=0)
    known = next((i for i, name in enumerate(names) if folded(name) in keys), None)
    if known is None:
        for i, segment in enumerate(segments):
            name = next((cut for cut in _cuts(segment) if folded(cut) in keys), None)
            if name is not None:
                known, names[i] = i, name
                break
    if known is None:
        return []
    width = max(width, len(names[known].split()))
    tail = names[known]
    shaped = []
    for i, name in enumerate(names):
        words = name.split()
        if len(words) > width and i in (0, len(names) - 1):
            name = " ".join(words[-width:] if i == 0 else words[:width])  # noqa: PLW2901
        shaped.append(_like(name, tail) if i != known else name)
    return [name for name in dict.fromkeys(shaped) if name and len(name) <= _LONGEST]


def _like(name: str, known: str) -> str:
    """Return a Japanese name cut behind the ending that the known label has: 否定的な感想 like 肯定的."""
    if known[-1:] in "的系類型" and not name.isascii():
        at = name.find(known[-1:])
        return name[: at + 1] if at > 0 else name
    return name


def _left_cut(segment: str) -> str:
    tokens = tokenise(segment)
    for token in reversed(tokens[:-1]):
        if token.key in _LEFT_EN and token.kind == "latin":
            rest = segment[token.end :].strip()
            return rest or segment
        if token.kind == "japanese" and token.pos.startswith("助詞") and token.surface in ("は", "を", "が", "で"):
            return segment[token.end :].strip(" 、") or segment
    return segment


def _right_cut(segment: str) -> str:
    return _TAIL_JA.sub("", segment).strip() or segment


def _cuts(segment: str) -> list[str]:
    """Return the beginnings and ends of a segment by tokens, the longest first."""
    tokens = tokenise(segment)
    heads = [segment[: token.end] for token in tokens[:-1]]
    tails = [segment[token.start :] for token in tokens[1:]]
    return [cut for cut in sorted((*heads, *tails), key=len, reverse=True) if len(cut) <= _LONGEST]
