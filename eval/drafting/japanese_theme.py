"""What a Japanese clause is about, and whose: its own theme, or what the title of its document names."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Final

from eval.drafting.targets import DraftTarget
from rag.text.sentences import sentences
from rag.text.tokens import Token, tokenise

_LONGEST_NAME: Final = 12
HOLE: Final = "\N{WHITE SQUARE}"
ASIDE: Final = re.compile(r"[（(〔［\[][^（）()〔〕［］\[\]]*[）)〕］\]]")
_ENDINGS: Final = "城寺社橋塔館山岳湖島峠校駅"
"""Letters that stand for a title that ends in them; the mirror (鏡) of a telescope (望遠鏡) is not the telescope."""
_ABSTRACT: Final = re.compile(r"(?:歴史|性質|概要|一覧|紹介|案内)$")
"""Titles that own nothing: 歴史の建物."""
_MEASURE: Final = re.compile(r"(?:さ|幅|数|量|積|径|人口|期間|年齢|標高|最高峰|番号)$")
_PART: Final = re.compile(r"(?:本部|会場|会期|楽譜|発電所|本館|校舎|本社|創設者|創立者|設計者|作者|通称|愛称|別名)$")
"""What belongs to what a title names, whatever that is."""
_LISTED: Final = re.compile(r"(?:登録|指定|選定|認定|選ば)さ?れ(?:た|ました|ている|ていた)?$")
_PASSIVE: Final = re.compile(r"れ(?:た|ている|ていた)$")
ENDED: Final = re.compile(r"(?:[てで]い(?:る|た)|(?<!い)た)$")
_MORE: Final = ("助詞", "助動詞", "動詞", "副詞", "記号", "補助記号")
"""What a theme that belongs to a title is without; の joins nouns."""


def topic_end(text: str) -> int | None:
    """Return where the topic of a text ends, behind its first は before the hole."""
    for token in tokenise(text[: text.index(HOLE)]):
        if token.surface == "は" and token.pos.startswith("助詞"):
            return token.end
    return None


def with_theme(clause: str, target: DraftTarget) -> str | None:
    """Return a clause that says what it is about, with the title if it does not; None if that cannot be told."""
    title = ASIDE.sub("", target.chunk.title).strip()
    topic = topic_end(clause)
    if title and title in clause.partition(HOLE)[0]:
        return clause
    if topic is None:
        return clause if _is_told_of_a_name(clause) else _with_title(clause, title, target)
    tokens = tokenise(clause[: topic - 1])
    if any(map(is_proper, tokens)):
        return _with_full_name(clause, topic, target.chunk.text)
    usable = title and not _ABSTRACT.search(title) and _is_of_title(tokens)
    return _with_owner(clause, topic, title, target) if usable else None


def _with_title(clause: str, title: str, target: DraftTarget) -> str | None:
    """Return a clause without a topic as told of the title, if no other can be meant."""
    before = target.excerpt.partition(target.answer)[0]
    plain = "は" not in clause and "が" not in clause and target.kind == "date"
    done = _LISTED.search(clause) or (_is_person(title) and not _PASSIVE.search(clause) and f"{title}は" in before)
    return f"{title}は、{clause}" if title and plain and done and not _other_topic(before, title) else None


def _with_full_name(clause: str, topic: int, passage: str) -> str | None:
    """Return a clause about a name with all of that name."""
    theme, rest = clause[: topic - 1], clause[topic:]
    tokens = tokenise(theme)
    place = theme.endswith(("で", "に"))
    partly = (tokens[-1].pos.startswith(_MORE) and not place) or "で、" in theme
    full = _full_name(tokens, passage)
    if partly or full is None or (place and not ("が" in rest and any(map(is_proper, tokenise(rest))))):
        return None
    return f"{theme.removesuffix(_last_name(tokens))}{full}は{rest}"


def _with_owner(clause: str, topic: int, title: str, target: DraftTarget) -> str | None:
    """Return a clause about a part or a measure of what the title names with the title.

    A measure (高さは) is of what the sentence before it is about.
    """
    theme = clause[: topic - 1]
    shared = theme.partition("の")[0]
    if title.startswith(shared) or (title.endswith(shared) and (len(shared) > 1 or shared in _ENDINGS)):
        return f"{title}{clause[len(shared) :]}"
    measured = _MEASURE.search(theme) is not None and f"{title}は" in target.excerpt.partition(target.answer)[0]
    event = target.kind == "date" and _is_event(tokenise(theme), title)
    if not (measured or event or _PART.search(theme)) or title[-1] in theme:
        return None
    named = f"『{title}』" if tokenise(title)[-1].pos.startswith(("動詞", "形容詞", "助")) else title
    return f"{named}の{clause}"


def _other_topic(before: str, title: str) -> bool:
    """Return whether the text before a sentence speaks of something else that has a name."""
    spans = sentences(before)
    last = before[spans[-1].start : spans[-1].end] if spans else ""
    theme = last.partition("は")[0] if "は" in last else ""
    name = tokenise(theme)[-1:]
    return title not in theme and any(is_proper(token) and "人名" not in token.pos for token in name)


def _last_name(tokens: Sequence[Token]) -> str:
    """Return the name that a theme ends in, if it does."""
    names = list(itertools.takewhile(is_proper, reversed(tokens)))
    return "".join(token.surface for token in reversed(names))


def _full_name(tokens: Sequence[Token], passage: str) -> str | None:
    """Return the name that a theme ends in, in full; None for half a name that the passage never gives in full."""
    name = _last_name(tokens)
    if "人名" not in tokens[-1].pos or len(tokenise(name)) > 1 or "・" in [token.surface for token in tokens[-2:]]:
        return name
    begin = passage.find(name)
    while begin >= 0:
        run = list(itertools.takewhile(is_proper, tokenise(passage[begin : begin + _LONGEST_NAME])))
        if len(run) > 1 and all("人名" in token.pos for token in run):
            return "".join(token.surface for token in run)
        begin = passage.find(name, begin + 1)
    return None


def _is_told_of_a_name(clause: str) -> bool:
    """Return whether a clause has no topic, but tells what somebody or something with a full name did on a date."""
    dated, found, rest = clause.partition(f"{HOLE}に")
    subject, marked, predicate = rest.removeprefix("、").partition("が")
    tokens = tokenise(subject)
    whole = bool(tokens) and is_proper(tokens[-1]) and _full_name(tokens, "") is not None
    doing = re.search(r"を|[にへ](?!し)", predicate) is not None and ENDED.search(predicate) is not None
    return bool(found and marked and not dated and whole and doing and "が" not in predicate)


def _is_person(title: str) -> bool:
    return any("人名" in token.pos for token in tokenise(title)[-1:])


def _is_event(tokens: Sequence[Token], title: str) -> bool:
    """Return whether a theme is the doing of what a title names (工事, 初演), unless that is a person."""
    return not _is_person(title) and "サ変" in tokens[-1].pos and all(token.surface != "の" for token in tokens)


def _is_of_title(tokens: Sequence[Token]) -> bool:
    """Return whether a theme is no more than nouns, so that it may belong to a title."""
    return not any(
        (token.surface != "の" and token.pos.startswith(_MORE)) or token.surface.endswith("い") or _is_time(token)
        for token in tokens
    )


def is_proper(token: Token) -> bool:
    """Return whether the tagger takes a token for a part of a name."""
    return "固有名詞" in token.pos


def _is_time(token: Token) -> bool:
    return "副詞可能" in token.pos or "数詞" in token.pos or token.surface.isdecimal()
