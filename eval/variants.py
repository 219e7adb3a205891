"""The forms in which a reference may be given: without its qualifier, by its acronym, as a list, as the name of a person.

"Donald Trump (as of January 2025)" counts as "Donald Trump"; "United Nations (UN)" also as "UN"; the sentence "The mascot is a
redwood tree" as "a redwood tree"; "Denmark, Iceland and Norway" in any order; for a question that asks who, "Charles W. Eliot"
also as "Charles Eliot" and, where it fills the whole answer slot, as "Eliot".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from eval.claims import Claim, complement, is_name, novel
from eval.hedges import is_denied
from eval.matching import Asked, Finding, Match
from eval.normalise import Token, canonical, strip_endings, tokenise

BAG_MINIMUM = 3  # content words a reference needs before it may be found as words of one passage, in any order
BAG_WINDOW = 2  # a passage may be this many times as long as the reference
_BRACKETS = re.compile(r"\s*\(([^()]*)\)\s*")
_QUALIFIER = re.compile(r"\d|as of|時点|現在|旧|元|映画|曲|年|番組|小説|作品", re.IGNORECASE)
_LIST_BREAK = re.compile(r"\s*(?:[,、;]\s*(?:and\s+)?|\band\b|および|及び|ならびに|並びに|そして|&)\s*", re.IGNORECASE)
_ELEMENT_LENGTH = 60  # characters; longer pieces are clauses, not entries


def forms(question: str, reference: str) -> tuple[str, ...]:
    """The canonical forms of a reference, the full one first.

    >>> forms("Who is president?", "Donald Trump (as of January 2025)")
    ('Donald Trump (as of January 2025)', 'Donald Trump')
    """
    full = canonical(reference).strip(" .。")
    bare = _BRACKETS.sub(" ", full).strip()
    found = [full, bare] if bare else [full]
    found += [inner for inner in _BRACKETS.findall(full) if _is_alias(bare, inner)]
    found += [part.strip() for part in re.split(r"\s/\s", bare) if " / " in bare]
    said = complement(canonical(question), bare)
    if said and len(tokenise(bare)) > len(tokenise(said)) + 2:
        found.append(strip_endings(said))
    return tuple(dict.fromkeys(form for form in found if form))


def _is_alias(name: str, inner: str) -> bool:
    """Whether a bracket holds another form of the name (acronym, other script) and not a qualifier."""
    if _QUALIFIER.search(inner) or not inner.strip():
        return False
    initials = "".join(
        token.surface[0] for token in tokenise(name) if token.kind == "latin" and token.surface[0].isupper()
    )
    acronym = inner.isupper() and len(inner) > 1 and len(set(inner) & set(initials)) >= len(set(inner)) - 1
    return (
        acronym
        or (inner.isascii() and not any(char.isascii() and char.isalpha() for char in name))
        or (name.isascii() and not inner.isascii())
    )


def elements(form: str) -> tuple[str, ...]:
    """The entries of a reference that is a list, or () where it is none."""
    tokens = tokenise(form)
    breaks = [token for token in tokens if token.surface == "と" and token.pos.startswith("助詞")]
    text = form
    for token in reversed(breaks):
        text = f"{text[: token.start]}、{text[token.end :]}"
    parts = [part.strip() for part in _LIST_BREAK.split(text)]
    parts = [part for part in parts if any(token.content for token in tokenise(part))]
    return tuple(parts) if len(parts) > 1 and all(len(part) <= _ELEMENT_LENGTH for part in parts) else ()


def match_words(claim: Claim, form: str, *, negative_question: bool) -> Match | None:
    """A reference of several content words found as those words, in any order, within one short passage of the claim."""
    wanted = {token.stem for token in tokenise(form) if token.content}
    if len(wanted) < BAG_MINIMUM:
        return None
    tokens = tokenise(claim.text)
    reach = BAG_WINDOW * len(tokenise(form))
    for first, token in enumerate(tokens):
        if token.stem not in wanted:
            continue
        window = tokens[first : first + reach]
        last = max((i for i, word in enumerate(window) if word.stem in wanted), default=0)
        if wanted <= {word.stem for word in window}:
            start, end = token.start, window[last].end
            if is_denied(claim.text, start, end, negative_question=negative_question):
                return Match(Finding.DENIED, claim.text[start:end], "the words of the reference are denied")
            return Match(Finding.CONTAINED, claim.text[start:end], "all words of the reference stand in one passage")
    return None


def match_person(asked: Asked, claim: Claim, form: str) -> Match | None:
    """A person named without (or with another form of) the middle name, or by the surname alone in the answer slot."""
    parts = _name_parts(form)
    if not asked.about_person or len(parts) < 2 or any(part.key in {t.key for t in asked.tokens} for part in parts):
        return None
    for names in _name_runs(tokenise(claim.text)):
        if not any(token.key == parts[-1].key for token in names):
            continue
        shown = claim.text[names[0].start : names[-1].end]
        if is_denied(claim.text, names[0].start, names[-1].end, negative_question=asked.negative):
            return Match(Finding.DENIED, shown, f"{shown!r} is denied")
        given = [token for token in names if len(token.key) > 1]
        if given[0].key == parts[0].key and given[-1].key == parts[-1].key and _middle_agrees(given, parts):
            return Match(Finding.CONTAINED, shown, "the same person, middle name or initial apart")
        initial = (
            len(names) > 1
            and len(names[0].key) == 1
            and names[0].key == parts[0].key[0]
            and names[-1].key == parts[-1].key
        )
        fresh = novel(frozenset(token.stem for token in asked.tokens), tokenise(strip_endings(claim.focus)))
        alone = (
            claim.firm and len(names) == 1 and [token.key for token in fresh if is_name(token)] in ([parts[-1].key], [])
        )
        if initial or (alone and names[0].key in {token.key for token in tokenise(claim.focus)}):
            return Match(Finding.CONTAINED, shown, "the person's surname fills the answer slot")
    return None


def _middle_agrees(given: Sequence[Token], parts: Sequence[Token]) -> bool:
    mine, theirs = [token.key for token in given[1:-1]], [token.key for token in parts[1:-1]]
    return not mine or not theirs or mine == theirs


def _name_parts(form: str) -> list[Token]:
    tokens = [token for token in tokenise(form) if token.key]
    if not all(is_name(token) or "人名" in token.pos for token in tokens):
        return []
    return [token for token in tokens if len(token.key) > 1]


def _name_runs(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Runs of neighbouring name tokens, joined over full stops, hyphens and middle dots; lower-case texts count every word."""
    run: list[Token] = []
    lower = not any(token.kind == "latin" and token.surface[0].isupper() for token in tokens)
    for token in tokens:
        named = token.key and (
            is_name(token) or "人名" in token.pos or (lower and token.kind == "latin" and token.content)
        )
        if named:
            run.append(token)
        elif run and token.surface not in (".", "-", "・", "="):
            yield run
            run = []
    if run:
        yield run
