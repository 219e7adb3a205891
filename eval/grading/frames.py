"""What stands around the clause that answers: a circumstance, a group chosen from, a belief turned over, a reason.

"After X, the second was Y" and 「A、B、Cのうち、初代はBです」 assert Y and B; what a speaker takes back ("X... no wait,
it was Y") is asserted no more. Each function takes canonical text and leaves it as it is where nothing would be left.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Set

from eval.grading.former import is_former, rivals
from rag.text.refusals import is_refusal
from rag.text.tokens import tokenise

_TAKEN_BACK = re.compile(
    r"\b(?:no,? wait|wait,? no|scratch that|i take that back|i misspoke|i made a mistake|i was wrong|let me correct"
    r"|that(?:'s| is| was) (?:wrong|not right|incorrect|a mistake)|correction:|i mean,)(?: that| myself)?(?![a-z])"
    r"|(?<![^。、.!?…\s])(?:いや|いえ|あ|おっと|すみません|失礼)[、,]?(?:違い|違う|違った|失礼|すみません|間違え|訂正|正しくは|実は)"
    r"[^。、:\n]{0,12}[。、:…]?|(?<![^。、.!?…\s])訂正(?:します|いたします|:)",
    re.IGNORECASE,
)
_APOLOGISES = re.compile(
    r"(?<=[^\W_][.!?…] )(?:sorry|oops|whoops|apologies|my (?:mistake|bad|apologies)|pardon)\b[\s,.:;!-]{1,4}+"
    r"(?=i mean[ts]?\b|(?:it|that|this) should (?:be|read|say)\b"
    r"|(?:it's|it is|it was) (?:actually |in fact |really )?(?:in |at |on |the )?(?-i:[A-Z\d$€£])"
    r"|[$€£]?\d[^.!?;]{0,12}[.!]?\s{0,9}$|(?:actually|make that|rather),? [^.!?;]{1,24}[.!]?\s{0,9}$"
    r"|that(?:'s| is| was) (?!all\b|only\b)(?:the )?[a-z ]{3,30}[;,.] [^.]{0,60}\d)"
    r"|(?<=[^\W_][。!?…])(?:すみません|失礼(?:しました|いたしました)?|ごめんなさい|申し訳(?:ありません|ございません))[、。]"
    r"(?=(?:それ|これ|今の|いまの|上記|先ほど|さっき)[はの][^。]{0,24}(?:ではなく|でなく|じゃなく|誤り|間違[いえ]|違[いう])|正しくは)",
    re.IGNORECASE,
)  # and says what is so instead
_COMMA = re.compile(r"(?<!\d)[,;]\s{0,9}|[,;]\s{1,9}|、|\s(?=but\b)", re.IGNORECASE)
_CIRCUMSTANCE = re.compile(
    r"\W{0,9}(?:after|before|unlike|besides|apart from|aside from|in addition to|in contrast (?:to|with)|instead of"
    r"|out of|rather than|of|among|amongst|between|compared (?:to|with)|following|next to|contrary to"
    r"|since|because|as)\s",
    re.IGNORECASE,
)
_CLOSES_JA = re.compile(
    r"(?:のうち|の(?:うち|中)(?:で|でも|から)?は?|とは?違(?:って|い)|とは?異な(?:って|り)|に対して?|の(?:次|後)に|に(?:続|次)いて"
    r"|に(?:続|次)ぎ|に先立(?:って|ち)|を除(?:いて|けば)|ので|ことから|ため|だから|ですから)$"
)
_BELIEF = re.compile(
    r"\b(?:th(?:ink|ought)|believed?|expect(?:ed)?|assumed?|sa(?:y|id)|claim(?:ed)?|guess(?:ed)?|supposed?|considered"
    r"|(?:attribut|credit|associat|connect|link)(?:e?s?|e?d)|misconception|mistaken(?:ly)?)\b",
    re.IGNORECASE,
)
_BELIEF_JA = re.compile(
    r"(?:思わ|考えら|言わ|いわ|され|信じ|誤解|勘違|思い|思う|見なさ)\S{0,16}(?:が|けど|けれども?|ものの)$"
)
_TURN = re.compile(
    r"\s?(?:(?:but|however|yet|though)\b,?\s*(?:(?:in fact|in reality|in truth|actually|really)\b,?\s*)?"
    r"|(?:in fact|in reality|in truth|actually)\b,?\s*)",
    re.IGNORECASE,
)
_DISOWNS = re.compile(
    r"but (?:that|this|those|these)(?:'s| is| was| are| were)(?:n't| not (?:right|correct|true|so|the case|it)\b"
    r"| (?:actually |in fact )?(?:wrong|incorrect|false|mistaken|an? (?:mistake|myth|misconception))\b"
    r"| (?:in|of|about|from) (?:a |an |the )?(?:another|different|other|neighbou?ring)\b)",
    re.IGNORECASE,
)
_CHOOSES = re.compile(
    r"but [^,;]{1,40} (?:is|was) (?:actually |in fact )?"
    r"the (?:(?:correct|right|actual) (?:answer|choice|option)|answer)\b",
    re.IGNORECASE,
)
_ACTUALLY_JA = re.compile(r"実際(?:に[^、。は]{1,12}のは|には|は)(?P<value>[^。]+)")
_THEN = re.compile(
    r"(?:so|therefore|thus|hence)\b,?\s*|(?:which means|meaning) that\s*|(?:which|that) leaves\s|i\.?e\.\s*|that is,\s",
    re.I,
)
_RELATIVE = re.compile(r"(?:which|who|whose|where|and|or)\b", re.IGNORECASE)
_FINITE = re.compile(
    r"\b(?:is|was|are|were|has|had|did|does|became)\b|^(?:it|he|she|they|this|that|the answer)\b", re.IGNORECASE
)
_ASKS_CIRCUMSTANCE = re.compile(
    r"\b(?:when|why|where|how)\b|いつ|なぜ|どうして|どこ|理由|原因|何[年月日時]", re.IGNORECASE
)
_MOST_CLAUSES = 12


def without_retracted(text: str) -> str:
    """Return what is left of an answer behind the last place where it takes something back.

    >>> without_retracted("Paris... no wait, that was wrong. It is Rome.")
    'It is Rome.'
    """
    rest = text
    restated = (match for match in _APOLOGISES.finditer(text) if not _quoted(text[: match.start()]))
    for match in sorted((*_TAKEN_BACK.finditer(text), *restated), key=lambda match: match.start()):
        after = text[match.end() :].lstrip(" .,:;!?。、…\n")
        rest = after if any(token.content for token in tokenise(after)) and not is_refusal(after) else rest
    return rest


def _quoted(before: str) -> bool:
    """Return whether a quotation is open at the end of a text."""
    return (
        before.count('"') % 2 == 1 or before.count("「") > before.count("」") or before.count("『") > before.count("』")
    )


def main_clause(question: str, asked: Set[str], sentence: str) -> str:
    """Return the clause of a sentence that its frames stand around, if it says something new; `asked`: stems.

    >>> main_clause("Who came second?", {"second"}, "After Ann, the second was Bea.")
    'the second was Bea.'
    """
    circumstances = not _ASKS_CIRCUMSTANCE.search(question)
    cuts = [match.span() for match in itertools.islice(_COMMA.finditer(sentence), _MOST_CLAUSES)]
    start, main = 0, 0
    for at, (end, following) in enumerate(cuts):
        clause, rest = sentence[start:end], sentence[following:]
        turn = _TURN.match(rest)
        if (turn and _BELIEF.search(sentence, main, end)) or _DISOWNS.match(rest) or _CHOOSES.match(rest):
            main = following + (turn.end() if turn else 0)
        elif then := _THEN.match(rest):
            main = following + then.end()
        elif (
            is_former(question, sentence[main:end], rest)
            or ((actual := _ACTUALLY_JA.match(rest)) and rivals(question, clause, actual["value"]))
            or _BELIEF_JA.search(clause)
            or (circumstances and _CLOSES_JA.search(clause))
        ):
            main = following
        elif circumstances and _CIRCUMSTANCE.match(sentence, main) and not _RELATIVE.match(rest):
            until = cuts[at + 1][0] if at + 1 < len(cuts) else len(sentence)
            main = following if _FINITE.search(sentence[following:until]) else main
        start = following
    rest = sentence[main:]
    return rest if any(token.content and token.stem not in asked for token in tokenise(rest)) else sentence
