"""Refusals, negations and alternatives, in which a mention of the right answer does not count.

Three questions are answered here, for both languages: what is said beside refusals (`beside_refusals`), is
the mention at `start:end` denied (`is_denied`), and is it one of several offered (`alternative`). All
functions take canonical text (`rag.text.canonical.canonical`).

Decisions. A soft hedge with one answer ("probably Tokyo", 東京かもしれません, 東京ではないでしょうか) commits to
that answer. A refusal followed by "but" and an answer ("not in the text, but it is Tokyo") is graded on the answer.
"not only", 間違いなく, に他ならない and しかない deny nothing.
"""

from __future__ import annotations

import re

from eval.grading.text import sentence_stretches
from rag.text.refusals import after_refusal, is_refusal
from rag.text.tokens import tokenise

REACH = 120  # characters
_NOT_BEFORE = re.compile(
    r"(?:\b(?:not|never|neither|nor|cannot"
    r"|no(?! (?:doubt|question|problem|wonder|other|longer|one)))|n't"
    r"|\b(?:confused with|mistaken for|no longer|rather than|instead of|(?<!none )other than|except(?: "
    r"for)?|unlike|excluding|as opposed to|far from))\s+"
    r"(?!(?:only|just|merely|simply|until|before|sure|certain|know|surprising)\b)(?:(?:actually|really"
    r"|necessarily|an?|the)\s+)?(?:(?!that|but)[a-z]+\s+)?"
    r"(?:(?:in|at|by|on|from|to|of|as|be|an?|the|type of|kind of)\s+){0,3}[\"'(]*$",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"(?:(?<=\band not)|(?<=\bbut not)|(?<=, not)),(?: [^,;.]{1,60},)? |(?<=\bnot), (?!but\b)[^,;.]{1,60}, "
)
"""What stands between "not" and what it denies: "not, as they say, fog"."""
_NOT_THIS_BUT = re.compile(
    r"(?:\bnot|n't)\b(?! (?:only|just|merely|simply|solely)\b)"
    r"[^,.;\0]{1,80}\b(?P<by>because of|due to|because|for|in|by|with|at|on|from|to) [^,.;\0]{0,60}\0"
    r"[^,.;\0]{0,24},? but (?:\w+ )?(?P=by)\b",
    re.IGNORECASE,
)  # "it did not end because of X, but because of Y"
_NOT_AFTER = re.compile(
    r"^[\"')]*\s*(?:(?:is|was|are|were|did|does|do|has|have|had|can|could|will|would"
    r"|should)(?:\s+\w+ly)?\s*(?:not|never|n't)|(?:isn't|wasn't|aren't"
    r"|weren't|didn't|doesn't|don't|hasn't|can't)|(?:is|was|are|were)\s+(?:incorrect|wrong|false|excluded"
    r"|ruled out))\b(?!\s+only)|^[\"')]*\s*\((?:not(?=\W*\)| (?:correct|right|true|so|it|this)\b)|incorrect)\b",
    re.IGNORECASE,
)
_ITEM = r"(?!but\b)[\w'-]+(?: [\w'-]+)?"
_LIST_NOT = re.compile(
    rf"^[\"']?(?:(?:, {_ITEM}){{1,5}},?(?= [^)]*\)))? (?:and|or) {_ITEM}\)? (?:are|were)(?: not|n't)\b", re.IGNORECASE
)  # "(A, C and D) are not"; in "it is neon, and the others are not" the list is another
_ALL_NOT = re.compile(rf"^[\"']?(?:, {_ITEM}){{1,5}},? (?:and|or) {_ITEM} (?:are|were)(?: not|n't)\b", re.IGNORECASE)
_ALL_JA = re.compile(r"^[」』]?(?:[、・と](?:および|及び|または)?[^、。・はがも\s]{1,20}){1,5}(?=[はも])")
_OPENS = re.compile(
    rf"(?:^|[.;:。])\s{{0,9}}(?:(?:{_ITEM}, ){{0,5}}|(?:[^、。・はがも\s]{{1,20}}[、・]){{0,5}})[\"'「『(]{{0,2}}$"
)
"""A list that begins its sentence is denied as one: "A, B and C are not", A、B、Cはいずれも…ない."""
_GIVEN = re.compile(r"(?:\b(?:is|are|was|were|be)|'s)\s[\"'(]*$", re.IGNORECASE)
_VERDICTS = frozenset({"yes", "no", "true", "false", "correct", "incorrect"})
_DENIED_JA = re.compile(
    r"^[」』)\"']*(?:でも[^、。]{1,20}?){0,4}でも(?:な[いくか]|ありません|ございません)|^(?:[都府県市区町村州国島川山湖氏]|さん)?[」』)\"'.]*(?:という(?:わけ|の)|など|の(?:ため|せい|影響|こと|作|もの|仕業|ほう|方)|によるもの)?(?:(?:で|じゃ)は?(?:な[いくか]|ありません|あり得ません|あり得ない"
    r"|ございません)|じゃな[いくか]|以外|とは(?:異な|違|別|無関係|言え|いえ|限ら)"
    r"|は(?:間違い|誤り|違い|不正解|正しくな|不適|対象外|除外|除かれ)|を除)"
)
_ASSERTING_JA = re.compile(
    r"(?:な[いか]|ありません)(?:で(?:しょう|す)か|だろうか|か(?:と|。|$|な)|のか)|に(?:他|ほか)なら|しかな"
    r"|間違いな|違いな|以外の[何誰]"
)
_CLAUSE_END_JA = re.compile(r"(?:で(?:あり|す(?:が|けど))?|て|り|し|が|ば|から|ので|けど|く)、")
_NEGATIVE_END_JA = re.compile(
    r"(?:ない|なかった|ません|ませんでした|ず|ぬ)(?:です|でした|よ|ね|の|と(?:思|言|さ)\w*)*[。!?]*$"
)

_MORE = (
    r"(?!(?:more|less|so|over|later|earlier|above|older|greater|under|fewer|simply|rather|better known|sometimes|also)"
    r"\b)"
)
_OR_AFTER = re.compile(
    rf"^[\"')]{{0,9}}\s{{0,9}}(?:\([^()]*\)\s{{0,9}})?(?:,(?! (?:not|nor|rather|unlike)\b)[^,.;()]{{1,40}}){{0,6}}?,?"
    rf"\s{{0,9}}(?:\bor\b"
    rf"|(?<![\d/])/(?!\d))\s{{0,9}}+{_MORE}(?:maybe |perhaps |possibly |the |an? |in )*(?P<other>[^,.;()]+)",
    re.IGNORECASE,
)
_OR_BEFORE = re.compile(
    r"\s{0,9},?\s{0,9}(?:\bor\b|/)\s{0,9}(?:maybe |perhaps |possibly |the |an? |in ){0,4}[\"'(]{0,4}$", re.IGNORECASE
)
_OR_AFTER_JA = re.compile(
    r"^[」』)\"]{0,9}\s{0,9}(?:\([^()]*\))?(?:、[^、。]{1,20}){0,6}?(?:、?\s{0,9}か?、?\s{0,9}(?:または|又は|あるいは|もしくは|若しくは"
    r"|それとも|ないしは?)、?|(?:と|、|か)(?=[^、。]{1,20}?か?の?(?:どちら|どっち|いずれ)か)|か、?(?=[一-鿿ァ-ヴA-Za-z「『\d]))(?P<other>[^、。]+)"
)
_OR_BEFORE_JA = re.compile(
    r"(?<![、。い])(?:、?\s{0,9}(?:または|又は|あるいは|もしくは|若しくは|それとも)、?"
    r"|(?<!いつ)(?<!どこ)(?<!誰)(?<!何)(?<!しか)か、?)[「『\"]{0,4}$"
)
_ASKS = re.compile(
    r"\?[\"')」』]*$|(?:です|ます|でしょう|だろう|の)か。?[」』)]*$"
)  # a question that a refusal leaves open
_PARENTHESIS = re.compile(r"\s?\(([^()]{2,120})\)")
_CONTRAST = re.compile(
    r"(?<=が)、|(?<=けど)、|(?<=けれど)、|(?<=けれども)、|(?<=ものの)、|;\s|,?\s(?=(?:but|though|although)\b)"
)
_OFFERED = re.compile(r"[^.;()?、。]+$")  # the words just before "or"


def beside_refusals(text: str) -> str | None:
    """Return what an answer says apart from its refusals, or None if it only declines.

    >>> beside_refusals("分かりません。資料には記載がありません。"), beside_refusals("I do not know. Tokyo.")
    (None, ' Tokyo.')
    """
    stretches = sentence_stretches(text)
    declined = [is_refusal(stretch.strip()) for stretch in stretches]
    kept = [
        after_refusal(stretch) or "" if refuses else stretch
        for stretch, refuses in zip(stretches, declined, strict=True)
        if refuses or not (any(declined) and _ASKS.search(stretch.strip()))
    ]
    left = "".join(kept)
    return left if any(char.isalnum() for char in left) else None


def beside_details(text: str) -> str:
    """Return what an answer says without the asides and contrasted clauses that refuse; whole sentences stay.

    >>> beside_details("In 1889 (the exact day is unknown)."), beside_details("香川県ですが、住所は不明です。")
    ('In 1889.', '香川県ですが')
    """
    left = _PARENTHESIS.sub(lambda aside: "" if is_refusal(aside[1]) else aside[0], text)
    kept: list[str] = []
    for stretch in sentence_stretches(left):
        asserting = [clause for clause in _CONTRAST.split(stretch) if not is_refusal(clause.strip(" .。"))]
        kept += asserting or [stretch]
    return "".join(kept)


def is_denied(sentence: str, start: int, end: int, *, negative_question: bool = False) -> bool:
    """Return whether the mention at `start:end` is denied: "not Tokyo", 東京ではない, "Tokyo is not the capital".

    With `negative_question` a negated predicate answers the question ("snakes have no legs") and denies nothing.
    """
    before, after = _around(sentence, start, end)
    before = _ASIDE.sub(" ", before)
    if _NOT_BEFORE.search(before) and not re.search(r"\bnot only\b", before, re.I):
        return True
    denied = _DENIED_JA.match(after)
    contrasted = _NOT_THIS_BUT.search(f"{before}{sentence[start:end]}\0{after}")
    if contrasted or (denied and not _ASSERTING_JA.search(after[: denied.end() + 8])):
        return True
    if negative_question:
        return False
    opens = _OPENS.search(before) is not None
    listed = (_LIST_NOT.match(after) and not _GIVEN.search(before)) or (opens and _ALL_NOT.match(after))
    if _NOT_AFTER.match(after) or (listed and sentence[start:end].lower() not in _VERDICTS):
        return True
    entries = _ALL_JA.match(after) if opens else None
    after = after[entries.end() :] if entries else after
    if not re.match(r"[」』)\"]*(?:は(?!ず)|が|も)(?![一-鿿]*(?:、|[。]))", after):
        return False
    clause = _CLAUSE_END_JA.split(after, maxsplit=1)[0] if _CLAUSE_END_JA.search(after) else after
    return bool(_NEGATIVE_END_JA.search(clause)) and not _ASSERTING_JA.search(clause)


def alternative(sentence: str, start: int, end: int) -> str | None:
    """Return the alternative to the mention at `start:end` ("Tokyo or Kyoto", 東京か京都, "Tokyo/Kyoto"), or None.

    >>> alternative("It is Tokyo or Kyoto.", 6, 11), alternative("10 or more", 0, 2)
    ('Kyoto', None)
    """
    before, after = _around(sentence, start, end)
    for pattern in (_OR_AFTER, _OR_AFTER_JA):
        match = pattern.match(after)
        if match:
            return match["other"].strip()
    for pattern in (_OR_BEFORE, _OR_BEFORE_JA):
        match = pattern.search(before)
        offered = _OFFERED.search(before[: match.start()]) if match else None
        if offered and offered.group().strip(" ,"):
            return offered.group().strip(" ,")
    return None


def _around(sentence: str, start: int, end: int) -> tuple[str, str]:
    """Return the `REACH` characters before and after a mention; marks further off concern something else."""
    return sentence[max(0, start - REACH) : start], sentence[end : end + REACH]


def negations(text: str) -> int:
    """Count the negations in `text`, in both languages; rhetorical ones (〜ではないでしょうか, しかない) are none."""
    english = len(
        re.findall(
            r"\b(?:not|never|neither|cannot|nor)\b|n't\b|\bno\b(?=\s+[a-z])(?!\s+(?:doubt|one knows))", text, re.I
        )
    )
    only = len(re.findall(r"\bnot only\b", text, re.I))
    japanese = 0
    for token in tokenise(text):
        if (
            token.kind == "japanese"
            and token.stem in ("無い", "ない", "ず", "ぬ")
            and token.pos.startswith(("形容詞", "助動詞"))
        ):
            around = text[max(0, token.start - 8) : token.end + 6]
            japanese += not (_ASSERTING_JA.search(around) or re.search(r"かもしれ|ねばな|なければな", around))
    return english - only + japanese
