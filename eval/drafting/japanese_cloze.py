"""Make a question of a Japanese sentence by rule: an interrogative takes the answer's place, as Japanese has it.

Only sentences of which a plain question comes are taken; every other one is left to the model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from eval.drafting.targets import DraftTarget
from rag.text.language import normalise
from rag.text.sentences import sentences
from rag.text.tokens import Token, tokenise

_LONGEST: Final = 60
"""Characters of a question that a reader takes in at once."""
_HOLE: Final = "\N{WHITE SQUARE}"
_ASIDE: Final = re.compile(r"[（(〔［\[][^（）()〔〕［］\[\]]*[）)〕］\]]")
_LINK: Final = re.compile(
    r"^(?:また|なお|しかし|ただし|さらに|そして|特に|例えば|たとえば|なかでも|中でも|一方|現在|当初|まず|次に|やがて|もともと)、?"
)
_QUOTED: Final = re.compile(rf"[「『]{_HOLE}[」』]")
_STRESSED: Final = re.compile(rf"{_HOLE}(に|で)は")
_COPULA: Final = (("であった", "でしたか"), ("だった", "でしたか"), ("である", "ですか"), ("だ", "ですか"))
_UNFIT: Final = re.compile(
    r"(?:な(?:い|かった)|ず|ぬ|まい|といい|もの(?:で|である|であった|だ|だった))$|すなわち|つまり"
)
"""Denials, hearsay, and what explains something else."""
_BARE_DATE: Final = re.compile(rf"[^のたる日付]は{_HOLE}(?:で(?:す|し|あ|、)|だ|$)")
"""A date that is said of a thing, where a sentence before it says what happened then."""
_ABSTRACT: Final = re.compile(r"(?:歴史|性質|概要|一覧|紹介|案内)$")
"""Titles that own nothing: 歴史の建物."""
_KATAKANA: Final = re.compile(r"[ァ-ヶー]$")
_ONE: Final = re.compile(r"1[^0-9.,]+")
_MEASURE: Final = re.compile(r"(?:さ|幅|数|量|積|名|径|人口|期間|年齢)$")
_PASSIVE: Final = re.compile(r"れ(?:た|ました|ている|ていた)?$")
_PAST: Final = re.compile(r"(?:た|だ|でした|ました)$")
_BEFORE: Final = re.compile(r"(?:から|より|翌|同|第|[〜～-])$")
"""What makes of the answer half of an expression."""
_AFTER: Final = re.compile(r"(?:に|から|で)?も|の(?:一つ|ひとつ|うち)")
_SAID: Final = re.compile(r"と(?:い|呼|名|称|題|命)")
_MORE: Final = ("助詞", "助動詞", "動詞", "副詞", "記号", "補助記号")
"""What a theme that belongs to a title is without; の joins nouns."""


def question_in_place(target: DraftTarget) -> str | None:
    """Return the sentence of a target as a question, None if it makes no plain one.

    The clauses after the one that holds the answer are left out, and so are asides in brackets. A sentence that does
    not say what it is about is given its document's title.
    """
    spans = sentences(target.excerpt)
    sentence = target.excerpt[spans[-1].start : spans[-1].end].strip() if spans else ""
    before, found, after = sentence.rstrip("。．！!?？").partition(target.answer)
    text = _LINK.sub("", _QUOTED.sub(_HOLE, _ASIDE.sub("", f"{before}{_HOLE}{after}")))
    text = _STRESSED.sub(rf"{_HOLE}\1", text)
    if not found or "\n" in text or "#" in text or not _can_be_asked(text, target):
        return None
    clause = _about(_clause(text), target.chunk.title, target.excerpt.partition(target.answer)[0])
    asked = None if clause is None else _asked(clause, text)
    if asked is None:
        return None
    question = f"{_filled(asked, target.asks)}？"
    return question if len(question) <= _LONGEST else None


def _can_be_asked(text: str, target: DraftTarget) -> bool:
    """Return whether an interrogative reads well in place of the answer."""
    before, found, after = text.partition(_HOLE)
    if not found or _BEFORE.search(before) or _AFTER.match(after) or _is_given_away(target, before + after):
        return False
    last = tokenise(before)[-1:]
    if any(token.end == len(before) and token.pos.startswith(("動詞", "形容詞", "助動詞")) for token in last):
        return False  # a clause would describe the interrogative
    following = tokenise(after)[1:2] if after.startswith("の") else ()
    if any(map(_is_proper, following)) or (target.kind == "date" and _BARE_DATE.search(text)):
        return False
    if target.kind == "number":
        return not _KATAKANA.search(before)
    return not after.startswith("で、") and (target.kind == "date" or _name_can_be_asked(target, after))


def _is_given_away(target: DraftTarget, text: str) -> bool:
    """Return whether a name of the answer stands in the question too, or nothing but a unit or a day is asked for."""
    names = [token.surface for token in tokenise(target.answer) if _is_proper(token) and len(token.surface) > 1]
    bare = _ONE.fullmatch(normalise(target.answer)) or (target.asks == "いつ" and "年" not in target.answer)
    return bool(bare) or any(name in f"{target.chunk.title}{text}" for name in names)


def _name_can_be_asked(target: DraftTarget, after: str) -> bool:
    parts = [token.pos for token in tokenise(target.answer)]
    if target.asks == "だれ":
        person = any("人名" in part for part in parts) and not any("数詞" in part for part in parts)
        return person and len(target.answer) > 1
    return target.asks == "どこ" or _SAID.match(after) is not None


def _clause(text: str) -> str:
    """Return the clause with the hole, behind the topic that a clause before it gives."""
    hole = text.index(_HOLE)
    end = text.find("、", hole)
    head = text if end < 0 else text[:end]
    topic = _topic(head)
    last = head.rfind("、", 0, hole)
    if topic is None or last < topic:
        return head
    rest = head[last + 1 :]
    own = _topic(rest) is not None or f"{_HOLE}は" in rest
    return rest if own or "が" in rest else head[:topic] + rest


def _topic(text: str) -> int | None:
    """Return where the topic of a text ends, behind its first は before the hole."""
    for token in tokenise(text[: text.index(_HOLE)]):
        if token.surface == "は" and token.pos.startswith("助詞"):
            return token.end
    return None


def _about(clause: str, title: str, before: str) -> str | None:
    """Return a clause that says what it is about, with the title if it does not; None if that cannot be told.

    A measure (高さは) is of what the sentence before it is about.
    """
    title = _ASIDE.sub("", title).strip()
    topic = _topic(clause)
    if title and title in clause.partition(_HOLE)[0]:
        return clause
    if topic is None:
        plain = title and "は" not in clause and "が" not in clause and _PASSIVE.search(clause)
        return f"{title}は、{clause}" if plain else None
    theme = clause[:topic].removesuffix("は")
    tokens = tokenise(theme)
    if any(map(_is_proper, tokens)):
        place = theme.endswith(("で", "に")) and not any(map(_is_proper, tokenise(clause[topic:])))
        return None if place else clause
    if not title or not _is_of_title(tokens) or (_MEASURE.search(theme) and f"{title}は" not in before):
        return None
    shared = theme if theme in title else theme.partition("の")[0]
    if title.endswith(shared) or theme in title:
        return f"{title}{clause[len(shared) :]}"
    named = f"『{title}』" if tokenise(title)[-1].pos.startswith(("動詞", "形容詞", "助")) else title
    return None if title[-1] in theme or _ABSTRACT.search(title) else f"{named}の{clause}"


def _is_of_title(tokens: Sequence[Token]) -> bool:
    """Return whether a theme is no more than nouns, so that it may belong to a title."""
    return not any(
        (token.surface != "の" and token.pos.startswith(_MORE)) or token.surface.endswith("い") or _is_time(token)
        for token in tokens
    )


def _is_proper(token: Token) -> bool:
    return "固有名詞" in token.pos


def _is_time(token: Token) -> bool:
    return "副詞可能" in token.pos or "数詞" in token.pos or token.surface.isdecimal()


def _asked(clause: str, text: str) -> str | None:
    """Return a clause of a text with the end of a polite question."""
    tokens = tokenise(clause)
    if _UNFIT.search(clause) or "は" in [token.surface for token in tokenise(clause.partition(_HOLE)[2].lstrip("は"))]:
        return None
    last, past = tokens[-1], _PAST.search(text) is not None
    if text.endswith(clause[clause.index(_HOLE) :]):
        return _asked_at_end(clause, tokens)
    if clause.endswith(f"{_HOLE}で") or (last.surface == "で" and last.pos.startswith("助動詞")):
        return clause[:-1] + ("でしたか" if past else "ですか")
    if last.surface == "て" and clause[-2:-1] not in ("っ", "い", "ん"):
        clause, last = clause[:-1], tokens[-2]
    joined = last.pos.startswith(("動詞", "助動詞")) and not clause.endswith(("る", "た", "だ", "う", "で", "て"))
    return f"{clause}ましたか" if joined and past else None


def _asked_at_end(clause: str, tokens: Sequence[Token]) -> str | None:
    if clause.endswith(("です", "ます", "でした", "ました")):
        return f"{clause}か"
    for end, asked in _COPULA:
        before = [token for token in tokens if token.end <= len(clause) - len(end)][-1:]
        if clause.endswith(end) and not any(token.pos.startswith(("動詞", "助動詞")) for token in before):
            return clause.removesuffix(end) + asked
    if tokens[-1].pos.startswith(("動詞", "形容詞", "助動詞")):
        return f"{clause}のですか"
    return f"{clause}ですか" if tokens[-1].pos.startswith(("名詞", "接尾辞")) or clause.endswith(_HOLE) else None


def _filled(text: str, asks: str) -> str:
    """Put the interrogative into the hole; it is no topic."""
    text = text.replace(f"{_HOLE}は", f"{_HOLE}が")
    if asks == "いつ":
        text = text.replace(f"{_HOLE}に", _HOLE)
    if asks == "何という名前":
        asks = "何"
    return text.replace(_HOLE, asks)
