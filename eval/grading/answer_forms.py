"""Tell by its form whether a clause next to a refusal gives an answer or is background.

"1953", "it is Tokyo" and "probably Tokyo" give an answer; "the deputy was Ines Calder", beside a refusal to name the
director, is about something else.
"""

from __future__ import annotations

import re

from eval.grading.gaps import names_asked
from eval.grading.refusal_clauses import has_source
from rag.text.tokens import tokenise

_I = re.IGNORECASE
_SHORT = 4  # tokens; fewer are an answer, not background
_TOPIC = re.compile(
    r"^\W*(?:なお|ただし|ちなみに|一方)?、?([^、。は]{1,20}(?<![でにと]))は(?!、)|^\W*(?:the|its"
    r"|their) ((?:\w+ ){1,4})(?:is|are|was|were)\b|^\W*(?:it|he|she|they) (?:is|was|are|were|has been) (\w+(?:ed"
    r"|en)) (?:by|in|at|on|from|for)\b"
    r"|^\W*(?:it|he|she|they) (?!(?:is|are|was|were|has|have|had|did|does|do|will|would|may|might|can|could)\b)(\w+)",
    _I,
)
_THOUGH = re.compile(r"\W{0,9}(?:though|although|even though) (?:the|its|their|an?)\b", _I)
_WHEN = re.compile(r"\b(?:that|this|the same) (?:year|day|time|month|season)\b|\b(?:there|then)\b", _I)
"""What a clause is about: its topic, its subject, or, after a pronoun, its verb."""
_ABOUT_IT = re.compile(r"^\W*(?:but |so |and |though )*(?:it|he|she|they|that|this|there)\b", _I)
_GUESSES = re.compile(
    r"\b(?:probably|likely|presumably|perhaps|maybe|possibly|i (?:believe|think|guess|recall|assume|suspect)"
    r"|must have|may have|might have|i(?:'d| would) (?:say|guess|estimate)|my (?:best )?guess|general(?:ly)? known"
    r"|usually|typically|general knowledge|estimated?)\b|おそらく|恐らく|たぶん|多分|だろう|でしょう|かもしれ|と(?:思"
    r"|考え|推測|推定|見)(?:わ|い|え|ら|さ)|一般的?に|はずです|はずだ|可能性が|私の知識|計算"
    r"|に違いな|とみられ|と言われ|ようです$",
    _I,
)
_BUT = re.compile(
    r"^\W*(?:but|however|yet|though|although|nevertheless|still|that said|しかし|ただし|ただ|だが|ですが)\b", _I
)
_BUT_JA = re.compile(r"(?:が|けれども?|けど|ものの|つつも)、?$")
_AND = re.compile(r"^\W*(?:and|or|nor) (?:the |a |an |its |their )?(?:[\w-]+ ){0,3}[\w-]+\W*$", _I)
_CONCEDES = re.compile(r"^\W*(?:while|although|though|even if|even though)\b", _I)
_IT_IS = re.compile(
    r"^\W*(?:so |and |then )*(?:it|he|she|they|that|this)(?:'s| is| was| are| were|'re| would be| has been| had)\b", _I
)
_ANSWERS_JA = re.compile(r"^(?!.*[はがも]).{1,30}(?:です|だ|である|でした|だった|ます|ました)[。\s]*$")
_PAIR = re.compile(r"^[^:。、,]{1,40}: ?\S")  # a line of a list: what, and its value
_UNFINISHED_JA = re.compile(r"(?:ず|て|ため|ので|から|ば|と)、?$")
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|do|does|did|can|could|will|would|should|may|might|must|[a-z]{2,}(?:ed"
    r"|s)|took|went|came|left|won|wrote|became|began|gave|made|met|built|led|ran|held|got|sold|bought)\b"
    r"|[はがを]|(?:ます|ました|する|した|ない)",
    _I,
)


def guesses(clause: str) -> bool:
    """Return whether a clause offers an answer as likely, or from memory: "I believe", おそらく."""
    return _GUESSES.search(clause) is not None


def is_pair(clause: str) -> bool:
    """Return whether a clause is a line of a list: what, and its value."""
    return _PAIR.match(clause) is not None


def is_fragment(clause: str) -> bool:
    """Return whether a clause is a bare answer: a few words without a verb of their own."""
    bare = _BUT_JA.sub("", clause)
    tokens = [token for token in tokenise(bare) if token.key]
    if _UNFINISHED_JA.search(bare):
        return False
    return len(tokens) <= _SHORT or (len(tokens) <= 2 * _SHORT and not _VERB.search(bare))


def answers_before(clause: str, refusal: str, *, names_gap: bool, whole: bool) -> bool:
    """Return whether a statement before a refusal answers: by its form, or as the refusal `names_gap` not.

    A Japanese clause without a topic answers only if it is `whole`, not cut off one. What is conceded ("the deputy
    was Ines Calder, but ...", 〜は載っていますが、) is background.
    """
    if _CONCEDES.match(clause):
        return False
    if (
        (is_fragment(clause) and not (names_gap and _VERB.search(clause)))
        or _ABOUT_IT.match(clause)
        or (whole and _ANSWERS_JA.search(clause))
    ):
        return True
    return not (names_gap or _BUT_JA.search(clause) or _BUT.match(refusal))


def answers_after(question: str, clause: str, before: str) -> bool:
    """Return whether a statement after a refusal, and after the clause `before`, answers by its form or its words."""
    if is_contrast(before, clause) or is_fragment(clause) or _IT_IS.search(clause) or _ANSWERS_JA.search(clause):
        return True
    return names_asked(question, clause) and not has_source(clause)


def is_contrast(before: str, clause: str) -> bool:
    """Return whether a clause contrasts with the one `before` it: "but ...", 〜ですが、...."""
    return bool(_BUT.match(clause) or _BUT_JA.search(before) or _CONCEDES.match(before))


def continues(clause: str) -> bool:
    """Return whether a clause only ends a list of things: "and the registration fees"."""
    return _AND.match(clause) is not None and not _VERB.search(clause.removesuffix("s.").removesuffix("s"))


def about_something_else(question: str, clause: str, *, only_qualified: bool = False) -> bool:
    """Return whether a clause has a topic of its own, of which the question says nothing: "it closes at 6 pm"."""
    if _THOUGH.match(clause) and (first := next((t for t in tokenise(clause) if t.content), None)):
        return first.surface.islower() and not names_asked(question, first.surface)
    about = _TOPIC.match(clause)
    topic = next(filter(None, about.groups()), "") if about else ""
    if not any(token.content for token in tokenise(topic)) or topic.strip() in question:
        return False
    tokens = [token for token in tokenise(_WHEN.sub(" ", topic)) if token.key and not token.pos.startswith("助")]
    asked = {token.stem for token in tokenise(question)}
    qualified = len(tokens) > 1 and tokens[-1].stem in asked and not all(token.stem in asked for token in tokens)
    return qualified or not (only_qualified or names_asked(question, topic))
