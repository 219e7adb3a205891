"""The forms in which a reference may be given: without qualifier, by acronym, as a list, as a person's name.

"Donald Trump (as of January 2025)" counts as "Donald Trump"; "United Nations (UN)" also as "UN"; the sentence "The
emblem is a maple leaf" as "a maple leaf"; "Estonia, Latvia and Lithuania" in any order; for a question that asks
who, "Arthur C. Clarke" also as "Arthur Clarke" and, where it fills the whole answer slot, as "Clarke".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from eval.grading.asked import ParsedQuestion
from eval.grading.claims import Claim
from eval.grading.matching import Finding, Match, rival_in
from eval.grading.objections import related
from eval.grading.refusals import is_denied
from eval.grading.slots import complement, novel
from eval.grading.text import strip_endings
from rag.messages import Message
from rag.text.canonical import canonical
from rag.text.tokens import Token, is_name, tokenise
from rag.text.word_match import number_pairs

BAG_MINIMUM = 3  # content words a reference needs before it may be found as words of one passage, in any order
BAG_WINDOW = 2  # a passage may be this many times as long as the reference
CLANS = frozenset(
    "徳川 織田 豊臣 足利 北条 源 平 藤原 武田 上杉 伊達 毛利".split()
)  # many bearers: the family name says too little
PARTICLES = frozenset("da de di del van von der den la le el al bin ibn of ダ デ ド ヴァン バン フォン".split())
_CLASS_EN = frozenset(
    "lake mount mountain river island sea ocean desert city state county province university college".split()
)
_CLASS_JA = "湖|山|川|島|海|市|県|州|都|府|町|村|砂漠|半島|大陸|諸島|海峡|大学|駅|空港|橋|塔"
_TITLES = frozenset(
    "博士 先生 教授 卿 作家 小説家 物理学者 学者 科学者 数学者 哲学者 発明家 画家 詩人 音楽家 作曲家 監督 首相 "
    "大統領 有名 sir dr mr mr mrs lord president king queen professor".split()
)
_PLACE = "名詞/固有名詞/地名"
_BRACKETS = re.compile(r"\s{0,9}\(([^()]*)\)\s{0,9}")
_QUALIFIER = re.compile(r"\d|as of|時点|現在|旧|元|映画|曲|年|番組|小説|作品", re.IGNORECASE)
_LIST_BREAK = re.compile(
    r"\s{0,9}(?:[,、;]\s{0,9}(?:and\s{1,9})?|\band\b|および|及び|ならびに|並びに|そして|&)\s{0,9}", re.IGNORECASE
)
_PRONOUN = re.compile(r"^(?:to )?([a-z]{4,}) (?:it|them|him|her)$")  # "demolish it" as "demolish the library"
_ELEMENT_LENGTH = 60  # characters; longer pieces are clauses, not entries


def forms(question: str, reference: str) -> tuple[str, ...]:
    """Return the canonical forms of a reference, the full one first.

    >>> forms("Who is president?", "Donald Trump (as of January 2025)")
    ('Donald Trump (as of January 2025)', 'Donald Trump')
    """
    full = canonical(reference).strip(" .。")
    bare = _BRACKETS.sub(" ", full).strip()
    found = [full, bare] if bare else [full]
    found += [inner for inner in _BRACKETS.findall(full) if _is_alias(bare, inner)]
    found += [part.strip() for part in re.split(r"\s/\s", bare) if " / " in bare]
    found += _without_class(question, bare)
    found += _without_particle(bare) + _as_work(question, bare)
    found += _PRONOUN.findall(bare)
    addition = complement(canonical(question), bare, loose=True)
    if addition and len(tokenise(bare)) > len(tokenise(addition)) + 2:
        found.append(strip_endings(addition))
    return tuple(dict.fromkeys(form for form in found if form))


def _without_class(question: str, name: str) -> list[str]:
    """Return the name without its class word (Lake Baikal, バイカル湖) if the question names that class."""
    words = [token for token in tokenise(name) if token.key]
    asked = {token.key for token in tokenise(canonical(question))}
    if len(words) == 2 and all(word.kind == "latin" for word in words):
        return [
            word.surface for word, other in (words, words[::-1]) if other.key in _CLASS_EN & asked and is_name(word)
        ]
    katakana = re.fullmatch(rf"([ァ-ヴー・]{{2,}})({_CLASS_JA})", name)
    return [katakana.group(1)] if katakana and katakana.group(2) in question else []


def _as_work(question: str, name: str) -> list[str]:
    """Return an occupation named by its field, if the question asks for work: 看護の仕事 for 看護師, 漁業 for 漁師."""
    occupation = re.fullmatch(r"([一-鿿]{1,3})[師員者家士官手人]", name)
    if occupation is None or not re.search("仕事|職|働", question):
        return []
    return [occupation.group(1) + ending for ending in ("の仕事", "業", "の職")]


def _without_particle(name: str) -> list[str]:
    """Return an office with the country's name right before it: 日本首相 for 日本の首相."""
    tokens = tokenise(name)
    return [
        name[: of.start] + name[of.end :]
        for place, of, office in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if of.surface == "の" and place.pos.startswith(_PLACE) and office.pos.startswith("名詞/普通名詞")
    ]


def _is_alias(name: str, inner: str) -> bool:
    """Return whether a bracket holds another form of the name (acronym, other script) and not a qualifier."""
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
    """Return the entries of a reference that is a list, else ()."""
    tokens = tokenise(form)
    breaks = [token for token in tokens if token.surface == "と" and token.pos.startswith("助詞")]
    text = form
    for token in reversed(breaks):
        text = f"{text[: token.start]}、{text[token.end :]}"
    parts = [part.strip() for part in _LIST_BREAK.split(text)]
    parts = [part for part in parts if any(token.content for token in tokenise(part))]
    return tuple(parts) if len(parts) > 1 and all(len(part) <= _ELEMENT_LENGTH for part in parts) else ()


def match_words(claim: Claim, form: str, *, negative_question: bool) -> Match | None:
    """Match a reference of several content words in any order (2-1 is not 1-2), in one passage."""
    wanted = {token.stem for token in tokenise(form) if token.content}
    if len(wanted) < BAG_MINIMUM:
        return None
    pairs = number_pairs(tokenise(form))
    tokens = tokenise(claim.text)
    reach = BAG_WINDOW * len(tokenise(form))
    for first, token in enumerate(tokens):
        if token.stem not in wanted:
            continue
        window = tokens[first : first + reach]
        last = max((i for i, word in enumerate(window) if word.stem in wanted), default=0)
        if wanted <= {word.stem for word in window} and pairs <= number_pairs(window[: last + 1]):
            start, end = token.start, window[last].end
            if is_denied(claim.text, start, end, negative_question=negative_question):
                return Match(Finding.DENIED, claim.text[start:end], Message("the words of the reference are denied"))
            return Match(
                Finding.CONTAINED, claim.text[start:end], Message("all words of the reference are in one passage")
            )
    return None


def match_person(asked: ParsedQuestion, claim: Claim, form: str, *, in_list: bool = False) -> Match | None:
    """Match a person without (or with another) middle name, in the other order, or by the surname alone.

    The surname alone must fill the answer slot, unless the reference is a list of people (`in_list`).
    """
    parts = [] if elements(form) else _name_parts(form)
    if not asked.about_person or len(parts) < 2 or any(part.key in asked.known for part in parts):
        return None
    fresh = novel(frozenset(token.stem for token in asked.tokens), tokenise(strip_endings(claim.focus)))
    others = {token.key for token in fresh if _counts_beside(token)} - {part.key for part in parts}
    for names in _name_runs(tokenise(claim.text)):
        quoted = claim.text[names[0].start : names[-1].end]
        if not _names_person(names, parts, alone=in_list or (claim.firm and not others)):
            continue
        if is_denied(claim.text, names[0].start, names[-1].end, negative_question=asked.negative):
            return Match(Finding.DENIED, quoted, Message("{quoted!r} is denied", quoted=quoted))
        if related(asked.text, claim.text, names[0].start, names[-1].end):
            return Match(
                Finding.PASSING,
                quoted,
                Message("{quoted!r} is named only as a relation of the one given", quoted=quoted),
            )
        inside = any(token.key == names[-1].key for token in tokenise(claim.focus))
        if claim.firm and not inside and rival_in(asked, claim.focus) is not None:
            return Match(
                Finding.PASSING,
                quoted,
                Message("{focus!r} is given first, {quoted!r} only in passing", focus=claim.focus, quoted=quoted),
            )
        return Match(Finding.CONTAINED, quoted, Message("another form of the person's name"))
    return None


def _names_person(names: Sequence[Token], parts: Sequence[Token], *, alone: bool) -> bool:
    """Return whether a run of name tokens is a form of the name `parts`; `alone`: one of its two ends is enough."""
    given, full = [token.key for token in names if not _initial(token)], [token.key for token in parts]
    if not given:
        return False
    if len(given) == 1:
        initials = [token.key for token in names if _initial(token)]
        if initials:
            return given[-1] == full[-1] and (initials[0] == full[0][0] or not full[0].isascii())
        family = len(full) == 2 and given[0] == full[0] and "人名" in parts[0].pos and given[0] not in CLANS
        return alone and (given[0] == full[-1] or family)
    if sorted(given) == sorted(full) or (given[-1] == full[-1] and set(given) <= set(full)):
        return True
    return given[0] == full[0] and given[-1] == full[-1] and (len(given) == 2 or len(full) == 2)


def _name_parts(form: str) -> list[Token]:
    tokens = [token for token in tokenise(form) if token.key and token.key not in PARTICLES]
    if not all(_named(token) for token in tokens):
        return []
    return [token for token in tokens if not _initial(token)]


def _counts_beside(token: Token) -> bool:
    """Return whether a word in the answer slot speaks against a surname standing there for the whole answer."""
    if token.kind == "japanese":
        return token.surface not in _TITLES and not token.pos.startswith("接尾辞")
    return is_name(token) and token.key not in _TITLES


def _initial(token: Token) -> bool:
    return token.kind == "latin" and len(token.key) == 1


def _named(token: Token) -> bool:
    return is_name(token) or re.fullmatch(r"[ァ-ヴー]{2,}", token.surface) is not None


def _name_runs(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Return runs of name tokens, joined over full stops, hyphens, middle dots; in lower-case text, of any words."""
    run: list[Token] = []
    lower = not any(token.kind == "latin" and token.surface[0].isupper() for token in tokens)
    for token in tokens:
        named = token.key and (_named(token) or (lower and token.kind == "latin" and token.content))
        if named:
            run.append(token)
        elif run and token.surface not in (".", "-", "・", "=") and token.key not in PARTICLES:
            yield run
            run = []
    if run:
        yield run
