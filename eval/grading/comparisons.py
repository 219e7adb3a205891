"""Which of two things a comparison prefers: "A is smaller than B" says B where the question asks which is larger.

A sentence compares where it has a word of the scale that the question asks about, or of its other end. What stands
behind "than" or "as", or before より and ほど, is the standard; the other of the two is compared with it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from eval.grading.refusals import is_denied
from eval.grading.text import sentence_stretches

_NAME = r"\b(?:(?:[A-Z][\w'.-]{0,30}(?: (?:of |the ){0,2}[A-Z][\w'.-]{0,30}){0,3})|\w{1,30}\b)"
_PAIR = re.compile(
    rf"(?:\b(?:(?:the|an?) )?(?P<first>{_NAME}) or (?:(?:the|an?) )?(?P<second>{_NAME}))"
    r"|(?P<left>[^、。?「」とはがの\s]{1,24})と(?P<right>(?!比)[^、。?「」は\s]{1,24}?)"
    r"(?:とでは|では|だと|、|の(?:うち|どちら)|は|で)"
)
_STATED = re.compile(
    rf"(?:\b(?:Is|Are|Was|Were|Does|Do|Did|Has) )?(?:\b(?:[Tt]he|[Aa]n?) )?"
    rf"(?P<first>(?!The |An? ){_NAME}) [a-z ]{{0,30}}\bthan (?:(?:the|an?) )?(?P<second>{_NAME})"
    r"|(?P<left>[^、。?「」はが\s]{1,24})[はが](?P<right>[^、。?「」\s]{1,24}?)(?:の(?:方|ほう))?より"
)
_SCALES = tuple(
    tuple(re.compile(end) for end in scale)
    for scale in (
        (r"\b(?:larg|bigg|great)er\b|大き[いくか]", r"\b(?:small|few)er\b|小さ[いくか]"),
        (r"\bmore\b|多[いくか]", r"\b(?:less|fewer)\b|少な"),
        (r"\b(?:tall|high)er\b|高[いくか]", r"\b(?:short|low)er\b|低[いくか]"),
        (r"\blonger\b|長[いくか]", r"\bshorter\b|短[いくか]"),
        (r"\bolder\b|古[いくか]|年上", r"\b(?:young|new)er\b|新し[いくか]|年下|若[いくか]"),
        (r"\blater\b", r"\bearlier\b"),
        (r"\bmore expensive\b|高[いくか]", r"\bcheaper\b|安[いくか]"),
        (r"\b(?:fast|quick)er\b|[速早][いくか]", r"\bslower\b|遅[いくか]"),
        (r"\bheavier\b|重[いくか]", r"\blighter\b|軽[いくか]"),
        (r"\b(?:near|clos)er\b|近[いくか]", r"\b(?:farth|furth)er\b|遠[いくか]"),
        (r"\bdeeper\b|深[いくか]", r"\bshallower\b|浅[いくか]"),
        (r"\b(?:wid|larg|bigg)er\b|広[いくか]", r"\b(?:narrow|small)er\b|狭[いくか]"),
        (r"\b(?:hott|warm)er\b|暑[いくか]|暖か", r"\b(?:cold|cool)er\b|寒[いくか]|涼し"),
    )
)
_EXCEEDS, _FALLS_SHORT = (
    re.compile(r"を[^、。はがを]{0,10}(?:上回|超え)"),
    re.compile(r"を[^、。はがを]{0,10}下回|に[はも]?(?:及ば(?:な[いく]|ず)|及びません)"),
)
_NOT_AS = re.compile(r"ほど[^、。]{1,16}(?:な[いく]|ません)")
_ASKS_MORE = re.compile(
    r"\b(?:how|why)\b|なぜ|どうして|どれ(?:だけ|くらい|ぐらい|ほど)|何[一-鿿]|いく[らつ]|理由|差", re.IGNORECASE
)
_STANDARD_BEFORE = re.compile(r"\b(?:than|with|to|as|from)(?: (?:that|those) of)?(?: (?:the|an?))?\s*$")
_STANDARD_AFTER = re.compile(r"[」』]?(?:の(?:[一-鿿]{1,4}|方|ほう))?(?:より|ほど|[とに](?:比べ|比較)|を)")
_ONLY = re.compile(
    r"\s(?:is|was|are|were)(?: (?!(?:in|of|on|at|with|not)\b)[\w.-]{1,20}){0,5}\s"
    r"|の(?:ほう|方)が(?:[^はが、。]{1,8}が)?[^はが、。]{0,12}"
)  # between a thing and the word of the scale that is said of it alone
_OF_ANOTHER = re.compile(r"\bthan\b|より")
_UNDECIDED = re.compile(
    r"\b(?:if|same|equal|both|neither|(?:al)?though)\b|同じ|等しい|もし|どちらも|いずれも|誤り|間違|違い", re.IGNORECASE
)
_CLAUSE = re.compile(r".+?(?:;\s|(?<=[くが])、|$)", re.DOTALL)
_NEGATED = re.compile(r"\bnot\b|n't\b|\bno\b|な[いく]|ません")


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Two things that a question compares, and the words for more and for less of what it asks about."""

    things: tuple[str, str]
    more: tuple[re.Pattern[str], ...]
    less: tuple[re.Pattern[str], ...]

    @classmethod
    def of(cls, question: str, pattern: re.Pattern[str]) -> _Comparison | None:
        """Read the comparison of the two things that `pattern` finds in a canonical question, or None."""
        ends = [
            (*scale[::step], *(_EXCEEDS, _FALLS_SHORT)[::step])
            for scale in _SCALES
            for step in (1, -1)
            if scale[::step][0].search(question)
        ]
        pair = pattern.search(question) if ends else None
        things = [thing.rstrip(".") for thing in pair.groups() if thing] if pair else []
        if len(things) != 2 or things[0] == things[1]:
            return None
        more, less = ([pattern for end in ends for pattern in end[at::2]] for at in (0, 1))
        return cls((things[0], things[1]), tuple(more), tuple(less))

    def turns(self, sentence: str) -> bool:
        """Return whether a sentence compares in other words than the question's."""
        patterns = (_EXCEEDS, _FALLS_SHORT, _NOT_AS, *self.less)
        return any(pattern.search(sentence) for pattern in patterns)

    def _mention(self, thing: str, sentence: str) -> re.Match[str] | None:
        """Return the last mention of a thing in a sentence, maybe by its own part only; not within another word."""
        names = "|".join(map(re.escape, (thing, _own_part(thing, _other(self.things, thing)))))
        found = re.finditer(rf"(?<![a-z])(?:{names})s?(?![a-z])", sentence, re.IGNORECASE)
        return next(iter(deque(found, maxlen=1)), None)

    def winner(self, sentence: str) -> str | None:
        """Return the one of the two that a sentence prefers, or None."""
        sentence = _FALLS_SHORT.sub("を下回る", sentence)
        less = _first(self.less, sentence)
        more = _first(self.more, sentence)
        not_as = _NOT_AS.search(sentence)
        if bool(less) == bool(more) or _UNDECIDED.search(sentence):
            return None
        mentions = {thing: mention for thing in self.things if (mention := self._mention(thing, sentence))}
        named = list(mentions)
        denied = [thing for thing in named if is_denied(sentence, *mentions[thing].span())]
        denied = [] if not_as or len(named) == 1 else denied
        standards = denied or [thing for thing in named if _is_standard(sentence, mentions[thing])]
        if not named or len(standards) > 1 or (len(named) > 1 and not standards):
            return None
        if not standards and not _is_alone(sentence, mentions[named[0]], less or more):
            return None
        if not (not_as or denied) and _NEGATED.search(sentence):
            return None
        compared = next((thing for thing in named if thing not in standards), _other(self.things, named[0]))
        return compared if bool(more) != bool(not_as) else _other(self.things, compared)


def preferred(question: str, text: str) -> str:
    """Return a canonical text with the winner in place of each comparison of the two things asked about.

    A comparison in the words of the question stays as it is, and so does one that is denied or of other things.

    >>> preferred("Which is larger, Australia or Brazil?", "Australia is smaller than Brazil.")
    'Brazil.'
    """
    comparison = None if _ASKS_MORE.search(question) else _Comparison.of(question, _PAIR)
    if comparison is None:
        return text
    stretches = [clause for stretch in sentence_stretches(text) for clause in _clauses(stretch)]
    winners = [comparison.winner(stretch) if comparison.turns(stretch) else None for stretch in stretches]
    ends = ["\n" if stretch.endswith("\n") else " " if stretch.endswith(" ") else "" for stretch in stretches]
    stop = "." if text.isascii() else "。"
    settled = zip(stretches, winners, ends, strict=True)
    return "".join(f"{winner}{stop}{end}" if winner else stretch for stretch, winner, end in settled)


def affirms(statement: str, sentence: str) -> bool | None:
    """Return whether a sentence says what a statement that compares two things says, None if it does not tell.

    >>> affirms("Is Brazil larger than Australia?", "Brazil is larger, not Australia.")
    True
    """
    comparison = _Comparison.of(statement, _STATED)
    winner = comparison.winner(sentence) if comparison else None
    return winner == comparison.things[0] if comparison and winner else None


def _clauses(sentence: str) -> list[str]:
    """Return the clauses of a sentence that compare for themselves, all of it if it is denied or undecided."""
    return [sentence] if _UNDECIDED.search(sentence) else _CLAUSE.findall(sentence)


def _first(patterns: Sequence[re.Pattern[str]], sentence: str) -> re.Match[str] | None:
    return next((match for pattern in patterns if (match := pattern.search(sentence))), None)


def _is_standard(sentence: str, mention: re.Match[str]) -> bool:
    """Return whether a thing is what another one is compared with: "than B", Bより."""
    return bool(_STANDARD_BEFORE.search(sentence[: mention.start()]) or _STANDARD_AFTER.match(sentence, mention.end()))


def _is_alone(sentence: str, mention: re.Match[str], scale: re.Match[str] | None) -> bool:
    """Return whether a word of a scale is said of one thing, and of nothing about it: "B is smaller"."""
    between = scale and _ONLY.fullmatch(sentence, mention.end(), scale.start())
    return bool(between) and not _OF_ANOTHER.search(sentence)


def _own_part(thing: str, other: str) -> str:
    """Return the part of a name that the other has not: Como of "Lake Como" beside "Lake Erie", ナイル of ナイル川."""
    if thing.isascii():
        own = [word for word in thing.split() if word not in other.split()]
        return own[0] if len(own) == 1 and len(own[0]) > 2 else thing
    own_part = thing[:-1] if thing[-1] == other[-1] else thing
    return own_part if len(own_part) > 1 else thing


def _other(things: tuple[str, str], thing: str) -> str:
    return things[1] if thing == things[0] else things[0]
