"""Find a reference in a claim by its tokens, and say why a mention does not count.

A reference matches where its joined token keys occur in the text and both ends fall on token boundaries (UniDic
short units for Japanese), so 9 is not in 1998 and 京都 not in 東京都. On top of that a mention is not the reference
where it is only a part of a longer name (南アメリカ, "New Mexico", ドイツ語), is denied, repeats words of the
question, is one of several alternatives, or follows another name that already fills the answer slot.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from eval.grading.asked import ParsedQuestion
from eval.grading.claims import Claim
from eval.grading.clauses import better_placed, has_role, role_holder
from eval.grading.former import outdated
from eval.grading.lists import listed_with
from eval.grading.longer_names import another_bearer, another_district, in_longer_name
from eval.grading.objections import misranked, overturned, ranked_as_asked, related, unrelated
from eval.grading.refusals import alternative, is_denied
from eval.grading.text import strip_endings
from rag.messages import Message
from rag.text.signs import MINUS
from rag.text.tokens import ARTICLES, Token, is_name, tokenise
from rag.text.word_match import folded, occurrences


class Finding(StrEnum):
    """The ways in which a claim may have a reference, best first."""

    EQUAL = "equal"
    CONTAINED = "contained"
    CONFLICT = "conflict"
    ALTERNATIVES = "alternatives"
    DENIED = "denied"
    PASSING = "passing"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Match:
    """One finding with the stretch of the claim it rests on and the reason in words."""

    finding: Finding
    extracted: str
    reason: Message

    @property
    def right(self) -> bool:
        """Whether the reference is given."""
        return self.finding in (Finding.EQUAL, Finding.CONTAINED)


_SIGN_AFTER = re.compile(rf"[+#{MINUS}]+(?!\w)")  # C++, Na+, Rh−: not C, Na, Rh
_RELATIVE = re.compile(r"(?:^|[;.\n])(?P<head>[^,;.\n]{1,80}), (?:who|whose|whom)\b[^,;.\n]{0,120}$")
WIDER = 4  # tokens on either side that a longer accepted form of the same name may have
MENTIONS = 12  # of a form looked at in one claim; models in a loop repeat one hundreds of times
_WORD_IN_CAPITALS = 4  # references like WHO, US, IT need their capitals up to this length


def match_form(asked: ParsedQuestion, claim: Claim, form: str) -> Match:
    """Match one form of a reference with the claim, by the best of its mentions."""
    exact = _equal(asked, claim, form)
    if exact is not None:
        return exact
    best = Match(Finding.ABSENT, claim.focus, Message("the reference is not in the answer"))
    if not folded(form) and form in claim.text:
        return Match(Finding.CONTAINED, form, Message("the sign is in the answer"))
    mentions = itertools.islice(occurrences(claim.text, form), MENTIONS)
    found = (_mention(asked, claim, form, *_widened(asked, claim.text, *mention)) for mention in mentions)
    return min((best, *found), key=lambda match: list(Finding).index(match.finding))


def _equal(asked: ParsedQuestion, claim: Claim, form: str) -> Match | None:
    target, lemmas = folded(strip_endings(form)), _lemmas(form)
    for part in (claim.text, claim.focus):
        if part == claim.focus and alternative(claim.text, *_span(claim.text, part)):
            continue
        if folded(strip_endings(part)) == target or (lemmas and lemmas == _lemmas(part)):
            start, end = _span(claim.text, part)
            if part == claim.focus and (
                is_denied(claim.text, start, end, negative_question=asked.negative)
                or any(_outweighed(asked, claim.text, start, end))
            ):
                continue
            if _repeats_question(asked, claim, part):
                continue
            return Match(Finding.EQUAL, strip_endings(part), Message("the answer is the reference"))
    return None


def _repeats_question(asked: ParsedQuestion, claim: Claim, part: str) -> bool:
    """Return whether the whole answer is the topic of the question again, with more said about it elsewhere."""
    return (
        part != claim.text
        and not asked.offers_choice
        and any(occurrences(asked.text, part))
        and claim.text.startswith(part)
    )


def _lemmas(text: str) -> tuple[str, ...]:
    """Return the dictionary forms of a Japanese phrase (ひまわり, ヒマワリ, 向日葵 are one); () for other scripts."""
    tokens = tokenise(strip_endings(text))
    return tuple(token.stem for token in tokens if token.key) if all(token.kind != "latin" for token in tokens) else ()


def _span(text: str, part: str) -> tuple[int, int]:
    start = max(text.find(part), 0)
    return start, start + len(part.rstrip("。.!?、, "))


def _widened(asked: ParsedQuestion, text: str, first: int, last: int) -> tuple[int, int]:
    """Return the token range of the longest accepted form around a mention: 滋賀県 for 滋賀."""
    tokens = tokenise(text)
    around = [
        (start, end)
        for start in range(max(0, first - WIDER), first + 1)
        for end in range(last, min(len(tokens), last + WIDER) + 1)
        if tokens[start].key
        and tokens[end - 1].key
        and tokens[end - 1].key not in ARTICLES
        and folded(text[tokens[start].start : tokens[end - 1].end]) in asked.accepted
    ]
    return max(around, key=lambda span: span[1] - span[0], default=(first, last))


def _mention(asked: ParsedQuestion, claim: Claim, form: str, first: int, last: int) -> Match:
    """Judge a mention, tokens first:last of the claim: the first objection to it, else that it counts."""
    tokens = tokenise(claim.text)
    quoted = claim.text[tokens[first].start : tokens[last - 1].end]
    counts = Match(Finding.CONTAINED, quoted, Message("the reference is in the answer"))
    return next(_objections(asked, claim, form, first, last), counts)


def _objections(asked: ParsedQuestion, claim: Claim, form: str, first: int, last: int) -> Iterator[Match]:
    """Why a mention does not count, gravest first."""
    text, tokens = claim.text, tokenise(claim.text)
    start, end = tokens[first].start, tokens[last - 1].end
    quoted, person = text[start:end], asked.about_person
    begin = text.rfind("\n", 0, start) + 1
    line = text[begin : text.find("\n", end) if "\n" in text[end:] else len(text)]
    if (
        not _case_fits(form, quoted, claim)
        or _SIGN_AFTER.match(text, end)
        or in_longer_name(text, tokens, first, last, asked.known, person=person)
        or (person and another_bearer(asked, tokens, first, last))
    ):
        why = Message("{quoted!r} is part of a longer name or another word", quoted=quoted)
        yield Match(Finding.PASSING, quoted, why)
    if last < len(tokens) and another_district(asked.text, asked.accepted, quoted, text[end : tokens[last].end]):
        why = Message("{place!r} is another place", place=text[start : tokens[last].end])
        yield Match(Finding.PASSING, quoted, why)
    if is_denied(line, start - begin, end - begin, negative_question=asked.negative):
        yield Match(Finding.DENIED, quoted, Message("{quoted!r} is denied", quoted=quoted))
    other = alternative(line, start - begin, end - begin)
    if other is not None and not _accepted(asked, other):
        why = Message("{quoted!r} is offered as an alternative to {other!r}", quoted=quoted, other=other)
        yield Match(Finding.ALTERNATIVES, quoted, why)
    if _restates(asked, tokens, first, last):
        yield Match(Finding.PASSING, quoted, Message("{quoted!r} repeats the question", quoted=quoted))
    if re.match(r"(?:の方)?より", text[end:]) or re.search(
        r"(?<!none other )\bthan (?:the |an? )?$", text[:start], re.I
    ):
        yield Match(Finding.PASSING, quoted, Message("{quoted!r} is mentioned only in a comparison", quoted=quoted))
    if related(asked.text, text, start, end):
        why = Message("{quoted!r} is named only as a relation of the one given", quoted=quoted)
        yield Match(Finding.PASSING, quoted, why)
    if unrelated(text, start, end):
        yield Match(Finding.DENIED, quoted, Message("{quoted!r} is said to have no part in it", quoted=quoted))
    yield from _outweighed(asked, line, start - begin, end - begin)
    if text.count("\n") > 1:
        yield from _outweighed(asked, text, start, end)
    in_focus = text.find(claim.focus) <= start < text.find(claim.focus) + len(claim.focus)
    if in_focus and claim.firm:
        return
    if _in_aside(asked, claim, first, last):
        yield Match(Finding.PASSING, quoted, Message("{quoted!r} is only in an aside", quoted=quoted))
    gloss = text[:start].endswith("(") and text.startswith(")", end)
    rival = None if gloss or not claim.firm else rival_in(asked, claim.focus)
    rival = rival or better_placed(asked, line, start - begin, end - begin)
    placed = has_role(asked, line[: start - begin]) or ranked_as_asked(asked.text, line, start - begin, end - begin)
    if rival is not None and not placed:
        why = Message("{rival!r} is given, {quoted!r} only in passing", rival=rival, quoted=quoted)
        yield Match(Finding.PASSING, quoted, why)


def _in_aside(asked: ParsedQuestion, claim: Claim, first: int, last: int) -> bool:
    """Return whether a mention is in a relative clause about somebody else, or in a bracket beside the answer slot."""
    tokens = tokenise(claim.text)
    before = claim.text[: tokens[first].start]
    clause = _RELATIVE.search(before) if "," in claim.text[tokens[last - 1].end :] else None
    if clause and any(is_name(token) and token.key not in asked.known for token in tokenise(clause["head"])):
        return True
    bracketed = claim.firm and re.search(r"\([^()]*$", before)
    return bool(bracketed) and any(token.pos.startswith("助詞") for token in tokens[last : last + 1])


def _outweighed(asked: ParsedQuestion, line: str, start: int, end: int) -> Iterator[Match]:
    """Why the sentence asserts something else than the mention at `start:end` of it."""
    quoted = line[start:end]
    if misranked(asked.text, line, start, end):
        why = Message("{quoted!r} has another rank than the question asks for", quoted=quoted)
        yield Match(Finding.PASSING, quoted, why)
    if overturned(line, start, end):
        yield Match(Finding.DENIED, quoted, Message("{quoted!r} is given as a belief that is wrong", quoted=quoted))
    if outdated(asked.text, line, start, end):
        yield Match(Finding.PASSING, quoted, Message("{quoted!r} is what was so before", quoted=quoted))
    holder = role_holder(asked, line)
    if holder is not None:
        why = Message("{holder!r} has the part that is asked for", holder=holder)
        yield Match(Finding.PASSING, quoted, why)
    others = () if asked.several else listed_with(line, start, end, words=len(quoted.split()))
    rivals = [other for other in others if not _accepted(asked, other) and not _in_question(asked, other)]
    if rivals:
        why = Message("{quoted!r} is listed with {rival!r}", quoted=quoted, rival=rivals[0])
        yield Match(Finding.ALTERNATIVES, quoted, why)


def _in_question(asked: ParsedQuestion, other: str) -> bool:
    return all(token.key in asked.known for token in tokenise(other) if token.key)


def _accepted(asked: ParsedQuestion, other: str) -> bool:
    """Return whether an alternative is itself an accepted answer or the same thing in other words."""
    key = folded(strip_endings(other))
    return not key or any(key.startswith(accepted) or accepted.startswith(key) for accepted in asked.accepted)


def _case_fits(form: str, quoted: str, claim: Claim) -> bool:
    """Short references in capitals (WHO, US, A) need the capitals; a text without any lower case cannot tell."""
    letters = form.strip(" .")
    if len(letters) > _WORD_IN_CAPITALS or not letters.isascii() or not letters.isalpha() or not letters.isupper():
        return True
    if letters != quoted:
        return False
    if len(letters) > 1 or letters not in "AI":
        return not claim.text.isupper() or len(claim.text.split()) < 3
    after = claim.text[claim.text.find(quoted) + 1 :]
    return re.match(r"\s*(?:[.,:;)\]。、]|$|is\b|was\b|[^\x00-\x7f])", after) is not None


def _restates(asked: ParsedQuestion, tokens: Sequence[Token], first: int, last: int) -> bool:
    """Return whether the mention is in the same phrase as in the question, or only the topic of both."""
    size = [token.key for token in tokens[first:last]]
    for at in range(len(asked.tokens) - len(size) + 1):
        if [token.key for token in asked.tokens[at : at + len(size)]] != size:
            continue
        left = _shared(tokens[:first][::-1], asked.tokens[:at][::-1])
        right = _shared(tokens[last:], asked.tokens[at + len(size) :])
        if left + right:
            return True
        after = tokens[last].surface.casefold() if last < len(tokens) else ""
        if not asked.offers_choice and after in ("は", "が", "is", "was", "are", "were", "has", "had") and first < 2:
            rest = [
                token
                for token in tokens[last + 1 :]
                if token.content and token.key not in {t.key for t in asked.tokens}
            ]
            return bool(rest)
    return False


def _shared(mine: Sequence[Token], theirs: Sequence[Token]) -> int:
    """Content words that both sequences begin with, reaching over "of", の and hyphens."""
    count = 0
    for a, b in zip(mine, theirs, strict=False):
        if a.key != b.key or not (a.content or a.key in ("of", "ノ", "de", "the", "")) or a.surface in "、,.。();:":
            break
        count += a.content
    return count


def rival_in(asked: ParsedQuestion, focus: str) -> str | None:
    """Return the name that fills the answer slot instead of the reference, or None if it only describes."""
    known = {token.key for token in asked.tokens}
    words = [token for token in tokenise(strip_endings(focus)) if token.content and token.kind != "number"]
    while words and words[-1].key in known and is_name(words[-1]):
        words.pop()  # the ocean of "the Pacific Ocean", where an ocean is asked for
    if not words or not is_name(words[-1]) or words[-1].key in known:
        return None
    if any(words[-1].key in accepted for accepted in asked.accepted) or words[-1].key.endswith("ly"):
        return None
    return words[-1].surface
