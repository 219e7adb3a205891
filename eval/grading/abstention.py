"""Declining: does an answer leave the question open, or does it assert something?

An answer declines if a clause of it refuses (`eval.grading.refusal_clauses`) and nothing else in it asserts. Talk,
advice, and what the passages are about assert nothing, and neither does a reason for the refusal. What stands before a
refusal that names what was asked ("Tavira is a large town, but which is the capital is not stated") is its background,
unless it is short or speaks of "it". A gap that names something else ("Anna Holm; the year is not given") leaves the
answer an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from eval.grading.refusal_clauses import SOURCE, SOURCE_JA, gap_is_asked, leaves_open, names_asked, refuses
from eval.grading.remarks import is_remark
from eval.grading.text import sentence_stretches
from eval.grading.wrappers import unwrap
from rag.text.canonical import canonical
from rag.text.tokens import tokenise

LIMIT = 4000  # characters of an answer that are read
_I = re.IGNORECASE
_DESCRIBES = re.compile(
    rf"^\W*(?:while |although |though |however,? |but |and |only |even though )*(?:(?:the|these|this|all|both|provided"
    rf"|given|only|available|supplied|other|first|second|third|last) )*{SOURCE}\b(?!.{{0,60}}\b(?:says?|states?|shows?"
    rf"|reports?|confirms?|indicates?)\b (?!only))"
    r"|\b(?:is|are|was|were) (?:only |also |merely )?(?:mentioned|listed|described|named|cited|discussed|covered)\b"
    r"|^\W*only .{1,80}\b(?:is|are|was|were)\W*$"
    r"|\b(?:different|another|unrelated|separate|not the same)\b"
    r"|\b(?:that|which|it|this) (?:only )?(?:concerns?|refers? to|relates? to|applies to)\b",
    _I,
)
_DESCRIBES_JA = re.compile(
    rf"{SOURCE_JA}\d*(?:に|で|の|は|に?おい|から|中).{{0,80}}?"
    r"(?:ついて|関す|挙げ|述べ|説明|記載|書か|紹介|言及|触れ|示さ|含ま|のみ|だけ)"
    r"|(?:挙げ|述べ|説明|記載|書か|紹介|言及|触れ|示|記)(?:ら|さ)?れて(?:い|お)|載って(?:い|お)|(?:記載|記述|説明|言及)(?:は|が)あ[りる]"
)
_TALKS = re.compile(
    r"^\W*(?:please|you (?:may|might|can|could|should|would)|i(?:'d| would)? (?:recommend|suggest|advise)|consult|check"
    r"|try|for (?:more|further|that|this|accurate)|if you|let me know|would you|additional|more information|further"
    r"|sorry|i(?:'m| am) (?:very |so |really )?(?:sorry|afraid)|i apologi|unfortunately|as an? (?:ai|language"
    r"|assistant)|the (?:question|user|query)|which|whose"
    r"|i (?:have |'ve )?(?:also )?(?:looked|searched|checked|read|reviewed|went|gone|examined|scanned|combed)"
    r"|.{0,40}\bonly (?:gives?|mentions?|says?|states?|lists?|describes?|covers?|discuss(?:es)?|talks? about)"
    rf"|(?:based on|according to|judging (?:by|from)|going by|from|given|using)(?=[^,]{{0,40}}\b{SOURCE}\b[^,]{{0,24}}$)"
    r"|(?:therefore|thus|hence|however|so|and|but)\W*$)\b"
    r"|ください|下さい|お?(?:勧|すす)め|問い?合わせ|いかがで|ご提供|いただけ|頂け|幸いで|お願い|申し訳|申しわけ|残念|恐れ入"
    r"|恐縮|ご質問|すみません|ごめん|必要(?:です|があり|とな)",
    _I,
)
_REASON = re.compile(
    r"^\W*(?:since|as|because|given|due)\b|(?:ため|ので|から|ことから|以上|上)、$|^\W*(?:which means)\b", _I
)
_SO = re.compile(r"^\W*(?:so|therefore|thus|hence|and (?:so|therefore|thus))\b", _I)
_CUTS = re.compile(
    r";\s*+|(?<!\s)\s++[—–-]++\s++|(?:,\s++|(?<![,\s])\s++)(?=(?:but|though|although|whereas|however)\b)"
    r"|,\s++(?=(?:so|and|yet|or|nor|while|therefore)\b)|(?<=[a-z0-9][.!?])\s++(?=(?-i:[A-Z]))"
    r"|,\s+(?=(?:whose|which)\b)|,\s+(?=(?:it|he|she|they|this|that|there)(?:'s| is| was| are| were| has| had)\b)"
    r"|(?<=[すんいたるだ])(?<!ただ)(?:が|けれども?|けど)、|ものの、|(?<=ため)、|(?<=ので)、|(?<=から)、|(?<=おり)、|(?<=ず)、"
    r"|(?<=[一-鿿]し)、|(?<=とから)、",
    _I,
)
_LEADING = re.compile(r"^(?:(?:while|although|though|since|as|because|given)\b[^,]{3,200}(?:\([^)]*\)[^,]*)?),\s+", _I)
_BRACKET = re.compile(r"\(([^()]{3,200})\)")
_YES_NO = re.compile(
    r"^\W*(?:yes|no)\b(?=\s*[,.!;]|$)[,.!;]*\s*|^\W*(?:はい|いいえ|いえ)(?=[、。,.!]|$)[、。,.!]*\s*", _I
)
_POLAR = re.compile(
    r"^\W*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|must)\b"
    r"|^(?!.*(?:何|誰|だれ|どこ|どの|どれ|どち|いつ|なぜ|いくら|いくつ|どう|どん)).*か[?。\s]*$",
    _I,
)
_ASKS_SOURCE = re.compile(
    r"\b(?:mention|state|specif|say|discuss|describe|name|contain|include|miss|omit)\w*\b|\bleaves? out\b"
    r"|(?:記載|記述|言及|書かれ|述べられ|触れられ|載って)[^、]{0,10}か[?。\s]*$",
    _I,
)
_ASKS_GAP = re.compile(r"\b(?:missing|omit|lack|not|never|leaves? out)\w*\b|ない|(?:いま|りま)せん|欠け", _I)
_NULL = re.compile(r"^\W*(?:null|nil)\W*$|^\W*\"(?:\w+_)?(?:answer|回答|答え)\"\s*:\s*(?:null|\"\")\s*[,}]", _I)
_HEAD = re.compile(r"^[\s*#>_`-]*(?:(?:the )?(?:final |short )?answer|回答|答え|結論)[\s*]*:[\s*]*", _I)
_ABOUT_IT = re.compile(r"^\W*(?:but |so |and |though )*(?:it|he|she|they|that|this|there)\b", _I)
_TOPIC = re.compile(
    r"^\W*(?:なお|ただし|ちなみに|一方)?、?([^、。は]{1,20}(?<![でにと]))は(?!、)|^\W*(?:the|its|their) ((?:\w+ ){1,4})(?:is|are|was|were)\b"
    r"|^\W*(?:it|he|she|they) (?!(?:is|are|was|were|has|have|had|did|does|do|will|would|may|might|can|could)\b)(\w+)",
    _I,
)
_WHEN = re.compile(r"\b(?:that|this|the same) (?:year|day|time|month|season)\b|\b(?:there|then)\b", _I)
"""What a clause is about: its topic, its subject, or, after a pronoun, its verb."""
_QUOTED_JA = re.compile(r"[^こ]と(?:の(?:記述|記載)が)?(?:あ[りる]|書か|記さ|記載|述べら|され)")  # what a source says
_FIGURE = re.compile(r"(?<![0-9a-z\[#.])\d{2,}")  # of one digit: the number of a passage
_SHORT = 4  # tokens; fewer are an answer, not background


_GUESSES = re.compile(
    r"\b(?:probably|likely|presumably|perhaps|maybe|possibly|i (?:believe|think|guess|recall|assume|suspect)|must have|may have|might have"
    r"|i(?:'d| would) (?:say|guess|estimate)|my (?:best )?guess|general(?:ly)? known|usually|typically|general knowledge|estimated?)\b"
    r"|おそらく|恐らく|たぶん|多分|だろう|でしょう|かもしれ|と(?:思|考え|推測|推定|見)(?:わ|い|え|ら|さ)|一般的?に|はずです|はずだ|可能性が|私の知識|計算"
    r"|に違いな|とみられ|と言われ|とされて|頃と|ようです$",
    _I,
)
_BUT = re.compile(
    r"^\W*(?:but|however|yet|though|although|nevertheless|still|that said|しかし|ただし|ただ|だが|ですが)\b", _I
)
_BUT_JA = re.compile(r"(?:が|けれども?|けど|ものの|つつも)、?$")
_IT_IS = re.compile(
    r"^\W*(?:so |and |then )*(?:it|he|she|they|that|this)(?:'s| is| was| are| were|'re| would be| has been| had)\b", _I
)
_ANSWERS_JA = re.compile(r"^(?!.*[はがも]).{1,30}(?:です|だ|である|でした|だった|ます|ました)[。\s]*$")
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|do|does|did|can|could|will|would|should|may|might|must|[a-z]{3,}(?:ed|es))\b"
    r"|[はがを]|(?:ます|ました|する|した|ない)",
    _I,
)


class _Says(Enum):
    """What a clause does: it refuses, talks or describes the passages, or asserts."""

    REFUSES = auto()
    TALKS = auto()
    ASSERTS = auto()


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause of an answer and the place of its sentence."""

    text: str
    sentence: int
    says: _Says


def declines(question: str, answer: str) -> bool:
    """Return whether an answer leaves the question open and asserts nothing; never raises on any text.

    >>> declines("What is the capital?", "The documents do not say."), declines("首都は?", "記載がないが、東京だ。")
    (True, False)
    """
    question, text = canonical(question), canonical(unwrap(answer[:LIMIT].strip()))[:LIMIT]
    if _NULL.match(answer[:LIMIT]):
        return True
    if (
        (_POLAR.search(question) or _ASKS_GAP.search(question))
        and _ASKS_SOURCE.search(question)
        and not re.search(r"\bi\b|できません|かねます", text, _I)
    ):
        return False
    text = _HEAD.sub("", text.replace("**", ""))
    if not any(refuses(question, piece) for stretch in sentence_stretches(text) for piece in _cut(stretch.strip())):
        return False
    clauses = [clause for clause in _clauses(question, text) if any(char.isalnum() for char in clause.text)]
    refusals = [at for at, clause in enumerate(clauses) if clause.says is _Says.REFUSES]
    return bool(refusals) and not any(_answers(question, clauses, at, refusals) for at in range(len(clauses)))


def _clauses(question: str, text: str) -> Iterator[_Clause]:
    for number, stretch in enumerate(sentence_stretches(text)):
        sentence = stretch.strip()
        word = _YES_NO.match(sentence)
        if word and _POLAR.search(question):
            yield _Clause(word.group(), number, _Says.ASSERTS)
        for piece in _cut(sentence[word.end() :] if word else sentence):
            yield _Clause(piece, number, _says(question, piece))


def _cut(sentence: str) -> Iterator[str]:
    """Cut a sentence into clauses; a bracket is one if it refuses."""
    for match in _BRACKET.finditer(sentence):
        if refuses("", match.group(1)):
            yield from (sentence[: match.start()], match.group(1), sentence[match.end() :])
            return
    leading = _LEADING.match(sentence)
    if leading:
        yield leading.group().rstrip()
        sentence = sentence[leading.end() :]
    at = 0
    for match in _CUTS.finditer(sentence):
        ending = match.end() if match.group().strip().endswith("、") else match.start()
        yield sentence[at:ending]
        at = match.end()
    yield sentence[at:]


def _says(question: str, clause: str) -> _Says:
    if refuses(question, clause):
        return _Says.REFUSES
    described = _DESCRIBES.search(clause) or _DESCRIBES_JA.search(clause)
    remark = is_remark(question, clause) and not _FIGURE.search(clause)
    if _QUOTED_JA.search(clause):
        described = None
    talks = described or _TALKS.search(clause) or remark
    return _Says.TALKS if talks else _Says.ASSERTS


def _answers(question: str, clauses: list[_Clause], at: int, refusals: list[int]) -> bool:
    """Return whether the clause at a place asserts, beside the refusals of the answer, what stands for an answer.

    Beside a refusal that leaves open what was asked a statement is background, unless it gives an answer by its form.
    """
    clause = clauses[at]
    if clause.says is _Says.REFUSES:
        return False
    open_at = [place for place in refusals if leaves_open(question, clauses[place].text)]
    if clause.says is _Says.TALKS:
        described = bool(_DESCRIBES.search(clause.text)) and names_asked(question, clause.text)
        sentence = " ".join(other.text for other in clauses if other.sentence == clause.sentence)
        return described and not open_at and not re.search(r"\b(?:only|different|another|but)\b", sentence, _I)
    later = [place for place in refusals if place > at]
    if any(clauses[place].sentence == clause.sentence for place in later) and (
        _REASON.search(clause.text) or any(_SO.match(clauses[place].text) for place in later)
    ):
        return False
    if not open_at or _GUESSES.search(clause.text):
        return True
    if _about_something_else(question, clause.text):
        return False
    if at < open_at[0]:
        return (
            _fragment(clause.text)
            or bool(_ABOUT_IT.match(clause.text))
            or not any(gap_is_asked(question, clauses[place].text) for place in open_at)
        )
    after_but = _BUT.match(clause.text) or (at and _BUT_JA.search(clauses[at - 1].text))
    form = _fragment(clause.text) or _IT_IS.search(clause.text) or _ANSWERS_JA.search(clause.text)
    return bool(after_but or form) or names_asked(question, clause.text)


def _fragment(clause: str) -> bool:
    """Return whether a clause is a bare answer: a few words without a verb of their own."""
    tokens = [token for token in tokenise(clause) if token.key]
    return len(tokens) <= _SHORT or (len(tokens) <= 2 * _SHORT and not _VERB.search(clause))


def _about_something_else(question: str, clause: str) -> bool:
    """Return whether a clause has a topic of its own, of which the question says nothing: "it closes at 6 pm"."""
    about = _TOPIC.match(clause)
    topic = next(filter(None, about.groups()), "") if about else ""
    if not any(token.content for token in tokenise(topic)) or topic.strip() in question:
        return False
    tokens = [token for token in tokenise(_WHEN.sub(" ", topic)) if token.key]
    asked = {token.stem for token in tokenise(question)}
    qualified = len(tokens) > 1 and tokens[-1].stem in asked and not all(token.stem in asked for token in tokens)
    return qualified or not names_asked(question, topic)
