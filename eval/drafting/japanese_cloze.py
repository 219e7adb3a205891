"""Make a question of a Japanese sentence by rule: an interrogative takes the answer's place, as Japanese has it.

Only sentences of which a plain question comes are taken; every other one is left to the model.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Final

from eval.drafting.japanese_theme import ASIDE, ENDED, HOLE, is_proper, topic_end, with_theme
from eval.drafting.targets import DraftTarget
from rag.text.language import normalise
from rag.text.sentences import sentences
from rag.text.tokens import Token, tokenise

_LONGEST: Final = 60
"""Characters of a question that a reader takes in at once."""
_LINK: Final = re.compile(
    r"^(?:また|なお|しかし|ただし|さらに|そして|特に|例えば|たとえば|なかでも|中でも|一方|まず|次に|もともと|ところが|こうして)、?"
)
_QUOTED: Final = re.compile(rf"[「『]{HOLE}[」』]")
_STRESSED: Final = re.compile(rf"{HOLE}(に|で)は")
_DATE: Final = re.compile(r"(?<![0-9])[0-9]{1,8}[年月]")
_DESCRIBING: Final = ("動詞", "形容詞", "助動詞")
"""What describes a noun behind it."""
_COPULAS: Final = frozenset({"", "で", "である", "であった", "だ", "だった", "です", "でした"})
_COPULA: Final = (("であった", "でしたか"), ("だった", "でしたか"), ("である", "ですか"), ("だ", "ですか"))
_UNFIT: Final = re.compile(
    r"(?:な(?:い|かった)|ず|ぬ|まい|といい|もの(?:で|である|であった|だ|だった))$|すなわち|つまり"
)
"""Denials, hearsay, and what explains something else."""
_TOLD: Final = re.compile(
    r"今|いま|現在|当時|当初|やがて|すでに|のちに|その後|同時|同様|翌|二人|両者|ほか|一方|次い|代わ|[市県国村町]内|[日年月]前|地元|現地"
    r"|そして|^後|全体として"
)
"""Words that lean on what was told before, or on the day of writing."""
_KATAKANA: Final = re.compile(r"[ァ-ヶー]$")
_ONE: Final = re.compile(r"1[^0-9.,]+")
_PAST: Final = re.compile(r"(?:た|だ|でした|ました)$")
_BEFORE: Final = re.compile(r"(?:から|より|翌|同|第|[〜～-]\s?)$")
"""What makes of the answer half of an expression."""
_AFTER: Final = re.compile(r"(?:に|から|で)?も|の(?:一つ|ひとつ|うち)|余|あまり|近")
_FRAMES: Final = {
    "date": re.compile(
        r"に(?!かけて|わたって)|から(?!.{0,60}(?:まで|にかけて))|まで|(?:で|である|だ|です|でした|であった)?$"
    ),
    "どこ": re.compile(
        r"(?:に(?!次|つ[いぐ]|よ|ちな|対|由来|関|似|背|基づ|代わ|とっ|おけ|続|向か)|の(?:出身|首都)|で(?!は?[^、]{0,60}(?:最|初|唯一|一番|指折り|もっとも))|へ|から)(?!は|の)"
    ),
    "だれ": re.compile(
        r"(?:である|だ|です|でした|であった)?$|が|に(?!ちな|対|代わ)|によ(?:って|り)|を|から|の(?:子(?!ども)|孫|娘|息子|弟子|妻|弟|兄|設計|監督|作品|著書)"
    ),
}
"""What must follow an interrogative; others ask for half of an expression, or sound odd."""
_SITE: Final = re.compile(r"(?:[城寺社橋塔館山岳湖島峠校]|ダム|望遠鏡|灯台|庭園)$")
_SITED: Final = re.compile(rf"{HOLE}にある[^、]{0, 60}(?:である|だ|です)$")
_SAID: Final = re.compile(r"と(?:い|呼|名|称|題|命)")


def question_in_place(target: DraftTarget) -> str | None:
    """Return the sentence of a target as a question, None if it makes no plain one.

    The clauses after the one that holds the answer are left out, and so are asides in brackets. A sentence that does
    not say what it is about is given its document's title.
    """
    spans = sentences(target.excerpt) if target.chunk.language == "ja" else ()
    sentence = target.excerpt[spans[-1].start : spans[-1].end].strip() if spans else ""
    before, found, after = sentence.rstrip("。．！!?？").partition(target.answer)
    text = _LINK.sub("", _QUOTED.sub(HOLE, ASIDE.sub("", f"{before}{HOLE}{after}")))
    text = _STRESSED.sub(rf"{HOLE}\1", text)
    site = _site(text, target)
    if site is not None or not found or "\n" in text or "#" in text or not _can_be_asked(text, target):
        return site
    clause = with_theme(_clause(_SITED.sub(f"{HOLE}にあります", text)), target)
    if clause is None or _loses_a_date(text, clause) or _TOLD.search(clause) or _is_added(clause):
        return None
    asked = _cleft(clause, target) or _asked(clause, text, target)
    if asked is None:
        return None
    question = f"{_filled(asked, target.asks)}？"
    return question if len(question) <= _LONGEST else None


def _site(text: str, target: DraftTarget) -> str | None:
    """Return the question where a building or a landscape is, of the sentence that says so behind its name."""
    title = ASIDE.sub("", target.chunk.title).strip()
    before, _, after = text.partition(HOLE)
    place = (
        before.removesuffix("、") == f"{title}は"
        and after[:1] in "のにを"
        and "が" not in after
        and target.asks == "どこ"
    )
    return f"{title}はどこにありますか？" if place and _SITE.search(title) else None


def _can_be_asked(text: str, target: DraftTarget) -> bool:
    """Return whether an interrogative reads well in place of the answer."""
    before, found, following = text.partition(HOLE)
    after = following.partition("、")[0]
    last = tokenise(before)[-1:]
    described = any(token.end == len(before) and token.pos.startswith(_DESCRIBING) for token in last)
    described |= target.kind == "date" and any(
        token.end == len(before) and token.pos.startswith(("名詞", "接尾辞")) for token in last
    )
    named = after.startswith("の") and any(map(is_proper, tokenise(after)[1:2]))
    if not found or described or named or _BEFORE.search(before) or _AFTER.match(after):
        return False
    if _is_given_away(target, before + following):
        return False
    if target.kind == "number" and not target.asks.endswith(("年代", "世紀")):
        counts = target.asks != "いくつ" or after in _COPULAS
        return counts and not _KATAKANA.search(before) and not target.answer.endswith(("半", "近く", "丁目", "番地"))
    return _is_framed(text, target, following) and (
        target.kind in ("date", "number") or _name_can_be_asked(target, before, after)
    )


def _is_framed(text: str, target: DraftTarget, following: str) -> bool:
    """Return whether what follows the interrogative asks for all of the answer, and is the sentence's own."""
    before, after = text.partition(HOLE)[0], following.partition("、")[0]
    frame = _FRAMES.get("date" if target.kind in ("date", "number") else target.asks)
    own = _SITED.search(text) or not _described(after) or _defined(after) is not None
    whole = after not in _COPULAS or _asks_for(before, following)
    return bool(own and whole and (frame is None or frame.match(after)))


def _described(text: str) -> Sequence[int]:
    """Return where the clauses in a text end that describe a noun; an interrogative before may belong to them.

    >>> _described("に造られた城に住んだ"), _described("に城に住んだ")
    ([5], [])
    """
    pairs = itertools.pairwise(tokenise(text))
    return [
        token.end
        for token, after in pairs
        if token.pos.startswith(_DESCRIBING)
        and token.end == after.start
        and token.surface not in ("で", "に")
        and after.pos.startswith(("名詞", "代名詞", "接頭辞"))
    ]


def _asks_for(before: str, after: str) -> bool:
    """Return whether a sentence may say no more of its topic than the answer: 設計したのは…, 開通は…."""
    event = any("サ変" in token.pos and token.end == len(before) - 1 for token in tokenise(before))
    return (before.endswith(("のは", "者は")) and not after.startswith("で、")) or (before.endswith("は") and event)


def _defined(text: str) -> str | None:
    """Return the clause that describes what something is (に伝わる of に伝わる楽器である), None if there is none."""
    ends = _described(text)
    named = len(ends) == 1 and text.endswith(("である", "です", "だ", "であった", "だった", "でした"))
    rest = tokenise(text[ends[0] :]) if named else ()
    return text[: ends[0]] if rest and not any(token.pos.startswith("動詞/一般") for token in rest) else None


def _is_added(clause: str) -> bool:
    """Return whether a clause adds to what was told before (映画にもなった)."""
    return any(token.surface == "も" and token.pos.startswith("助詞") for token in tokenise(clause))


def _is_given_away(target: DraftTarget, text: str) -> bool:
    """Return whether a name of the answer stands in the question too, or nothing but a unit or a day is asked for."""
    names = [token.surface for token in tokenise(target.answer) if is_proper(token) and len(token.surface) > 1]
    bare = _ONE.fullmatch(normalise(target.answer)) or (target.kind == "date" and "年" not in target.answer)
    return bool(bare) or any(name in f"{target.chunk.title}{text}" for name in names)


def _name_can_be_asked(target: DraftTarget, before: str, after: str) -> bool:
    if target.asks == "だれ":
        parts = [token.pos for token in tokenise(target.answer) if token.kind != "symbol"]
        person = len(parts) > 1 and (any("人名" in part for part in parts) or "・" in target.answer)
        whole = all(is_proper(token) or _KATAKANA.search(token.surface) for token in tokenise(target.answer))
        last = tokenise(before)[-1:]
        joined = any(token.end == len(before) and not token.pos.startswith(("助詞/格", "助詞/係")) for token in last)
        return person and whole and not joined and not before.endswith("の")
    return target.asks == "どこ" or _SAID.match(after) is not None


def _clause(text: str) -> str:
    """Return the clause with the hole, behind the topic that a clause before it gives."""
    hole = text.index(HOLE)
    end = text.find("、", hole)
    head = text if end < 0 else text[:end]
    topic = topic_end(head)
    last = head.rfind("、", 0, hole)
    if topic is None or last < topic:
        return head
    rest = head[last + 1 :]
    own = topic_end(rest) is not None or f"{HOLE}は" in rest
    return rest if own or "が" in rest else head[:topic] + rest


def _loses_a_date(text: str, clause: str) -> bool:
    """Return whether a clause leaves out when something was so, which its sentence says before the answer."""
    return any(date not in clause for date in _DATE.findall(text.partition(HOLE)[0]))


def _asked(clause: str, text: str, target: DraftTarget) -> str | None:
    """Return a clause of a text with the end of a polite question."""
    tokens = tokenise(clause)
    if _UNFIT.search(clause) or "は" in [token.surface for token in tokenise(clause.partition(HOLE)[2].lstrip("は"))]:
        return None
    if target.kind == "date" and f"{HOLE}に" in clause and clause.endswith("ている"):
        return None
    if clause.endswith(("ており", "でおり")):
        return f"{clause.removesuffix('おり')}いましたか"
    last, past = tokens[-1], _PAST.search(text) is not None or target.kind == "date"
    if text.endswith(clause[clause.index(HOLE) :]):
        return _asked_at_end(clause, tokens)
    if clause.endswith(f"{HOLE}で") or (last.surface == "で" and last.pos.startswith("助動詞")):
        return clause[:-1] + ("でしたか" if past and target.kind != "number" else "ですか")
    if last.surface == "て" and clause[-2:-1] not in ("っ", "い", "ん"):
        clause, last = clause[:-1], tokens[-2]
    joined = last.pos.startswith(("動詞", "助動詞")) and not clause.endswith(("る", "た", "だ", "う", "で", "て"))
    return f"{clause}ましたか" if joined and past else None


def _cleft(clause: str, target: DraftTarget) -> str | None:
    """Return a clause of what happened once, asked for its date as examinations do: 橋が開通したのは何年ですか."""
    dated, found, rest = clause.partition(f"{HOLE}に")
    rest = _defined(rest) or rest
    end = ENDED.search(rest)
    if target.kind != "date" or not found or end is None:
        return None
    happened = rest if end[0] == "た" else rest[: end.start()] + ("た" if end[0].startswith("て") else "だ")
    topic = topic_end(clause)
    if topic is None:
        return f"{dated}{happened}のは{HOLE}ですか" if "が" in f"{dated}{happened}" else None
    theme, following = clause[: topic - 1], dated[topic:].removeprefix("、") + happened
    place = theme.endswith(("で", "に"))
    return (
        None
        if ("が" in following) != place or "は" in following
        else f"{theme}{'' if place else 'が'}{following}のは{HOLE}ですか"
    )


def _asked_at_end(clause: str, tokens: Sequence[Token]) -> str | None:
    if clause.endswith(("です", "ます", "でした", "ました")):
        return f"{clause}か"
    for end, asked in _COPULA:
        before = [token for token in tokens if token.end <= len(clause) - len(end)][-1:]
        if clause.endswith(end) and not any(token.pos.startswith(("動詞", "助動詞")) for token in before):
            return clause.removesuffix(end) + asked
    if tokens[-1].pos.startswith(("動詞", "形容詞", "助動詞")):
        return f"{clause}のですか"
    return f"{clause}ですか" if tokens[-1].pos.startswith(("名詞", "接尾辞")) or clause.endswith(HOLE) else None


def _filled(text: str, asks: str) -> str:
    """Put the interrogative into the hole; it is no topic."""
    text = text.replace(f"{HOLE}は", f"{HOLE}が")
    if asks == "いつ":
        text = text.replace(f"{HOLE}に", HOLE)
    if asks == "何という名前":
        asks = "何"
    return text.replace(HOLE, asks)
