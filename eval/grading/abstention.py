"""Declining: does an answer leave the question open, or does it assert something?

An answer declines if a clause of it refuses (`eval.grading.refusal_clauses`) and nothing else in it answers. Talk,
advice, and what the passages are about answer nothing, and neither does a reason for the refusal. Beside a refusal
that leaves open what was asked ("Tavira is a large town, but which is the capital is not stated") a statement is
background, unless its form is that of an answer (`eval.grading.answer_forms`). A gap that names something else ("Anna
Holm; the year is not given") leaves the answer an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from eval.grading.answer_forms import (
    about_something_else,
    answers_after,
    answers_before,
    continues,
    guesses,
    is_contrast,
    is_pair,
)
from eval.grading.candidates import lacks_number
from eval.grading.gaps import TELLS, gap_is_asked, is_finer, leaves_open, names_asked
from eval.grading.polar import denies, is_polar
from eval.grading.refusal_clauses import DOCUMENT, SOURCE, SOURCE_JA, WHY, has_source, refuses
from eval.grading.remarks import is_remark
from eval.grading.text import sentence_stretches
from eval.grading.wrappers import unwrap
from rag.text.canonical import canonical

LIMIT = 4000  # characters of an answer that are read
_I = re.IGNORECASE
_DESCRIBES = re.compile(
    rf"^\W*(?:while |although |though |however,? |but |and |only |even though )*(?:(?:the|these|this|all|both"
    rf"|provided|given|only|available|supplied|other|first|second|third|last) )*{DOCUMENT}\b(?!.{{0,60}}\b(?:says?"
    rf"|states?|shows?|reports?|confirms?|indicates?)\b (?!only))"
    r"|\b(?:is|are|was|were) (?:only |also |merely )?(?:mentioned|listed|described|named|cited|discussed|covered)\b"
    r"|^\W*only .{1,80}\b(?:is|are|was|were)\W*$|\bare (?:\w+ly )?(?:given|stated|provided|shown|specified)\W*$"
    rf"|^\W*(?:it|they|these|this|both|all|each|(?:the )?(?:first|second|third|others?)) (?:do |does |did |only "
    rf"|just |mainly )*(?:lists?|describes?|mentions?|covers?|discuss(?:es)?|deals? with|contains?|talks? about)\b"
    rf"|^\W*(?:the|this|that|its|his|her) (?:[\w-]+ ){{1,5}}(?:only |just |mainly )?(?:lists?|describes?|mentions?"
    rf"|covers?|deals? with|discuss(?:es)?)\b"
    r"|\b(?:shows?|gives?|lists?|has|have|covers?)\b.{1,60}\bonly\b"
    rf"|\bthere(?:'s| is| are) (?:an?|only|just|some)\b.{{0,20}}\b{SOURCE}\b|^\W*but (?:no|not|nothing|neither)\b"
    rf"|\?\W*$"
    r"|\b(?:different|another|unrelated|separate|not the same)\b"
    r"|\b(?:that|which|it|this) (?:only )?(?:concerns?|refers? to|relates? to|applies to)\b",
    _I,
)
_DESCRIBES_JA = re.compile(
    rf"{SOURCE_JA}\d*(?:に|で|の|は|に?おい|から|中).{{0,80}}?"
    r"(?:ついて|関す|挙げ|述べ|説明|記載|書か|紹介|言及|触れ|示さ|含ま|のみ|だけ)|(?:挙げ|述べ|説明|記載|書か|紹介"
    r"|言及|触れ|示|記)(?:ら|さ)?れて(?:い|お)|載って(?:い|お)|(?:記載|記述|説明|言及)(?:は|が)あ[りる]|(?:記載|記述"
    r"|情報|説明|言及)(?:のみ|だけ)"
)
_TALKS = re.compile(
    r"^\W*(?:(?:so|therefore|but|and|then),? )?(?:please|you (?:may|might|can|could|should|would)|i(?:'d"
    r"| would)? (?:recommend|suggest|advise)|consult|check|try|for (?:more|further|that|this|accurate)|if you"
    r"|let me know|would you|additional|more information|further|sorry|i(?:'m| am) (?:very |so |really )?(?:sorry"
    r"|afraid)|i apologi|i (?:do not|don't|would not|wouldn't) (?:want|wish|like) to"
    r"|i(?:'d| would) (?:rather|prefer) not|unfortunately|as an? (?:ai|language|assistant)"
    r"|the (?:question|user|query)|which|whose"
    r"|i (?:have |'ve )?(?:also )?(?:looked|searched|checked|read|reviewed|went|gone|examined|scanned|combed)"
    r"|.{0,40}\bonly (?:gives?|mentions?|says?|states?|lists?|describes?|covers?|discuss(?:es)?|talks? about)"
    rf"|(?:based on|according to|judging (?:by|from)|going by|from|given"
    rf"|using)(?=[^,]{{0,40}}\b{SOURCE}\b(?:(?!\b(?:is|was|are|were)\b)[^,]){{0,24}}$)"
    r"|(?:therefore|thus|hence|however|so|and|but)\W*$)\b|^\W*(?:why|reason|reasons|note|notes|理由|根拠|補足"
    r"|備考)\W*:|調べ(?:る|れ)(?:と|ば)|を(?:確認|拝見|参照|検索|精査|調べ|探し|読み)[^。は]{0,8}(?:ましたが|たところ|ても)|ください|下さい|お?(?:勧|すす)め|問い?合わせ|いかがで|ご提供|いただけ|頂け"
    r"|幸いで|お願い|申し訳|申しわけ|残念|恐れ入"
    r"|恐縮|ご質問|すみません|ごめん|必要(?:です|があり|とな)"
    r"|(?:説明|お伝え|案内|お答え|紹介)(?:は|も)?でき(?:ます|る)"
    r"|\bi can (?:tell|summari[sz]e|explain|describe|share|offer)\b",
    _I,
)
_REASON = re.compile(
    r"^\W*(?:since|as|because|given|due)\b|(?:ため|ので|から|ことから|以上|上)、$|^\W*(?:which means)\b", _I
)
_SO = re.compile(r"^\W*(?:so|therefore|thus|hence|and (?:so|therefore|thus))\b", _I)
_CUTS = re.compile(
    r";\s*+|(?<!\s)\s++[—–-]++\s++|(?:,\s++|(?<![,\s])\s++)(?=(?:but|though|although|whereas|however)\b)"
    r"|,\s++(?=(?:so|and|yet|or|nor|while|therefore)\b)"
    r"|(?<=[a-z0-9][.!?])(?<!\bdr\.)(?<!\bmr\.)(?<!\bms\.)(?<!\bmrs\.)(?<!\bst\.)\s++(?=(?-i:[A-Z]))|,\s+(?=(?:whose"
    r"|which)\b)|,\s+(?=(?:it|he|she|they|this|that|there)(?:'s| is| was| are| were| has| had)\b)"
    r"|(?<=[すんいたるだ])(?<!ただ)(?:が|けれども?|けど)、|ものの、|(?<=ため)、|(?<=ので)、|(?<=から)、|(?<=おり)、"
    r"|(?<=ず)、"
    r"|(?<=[一-鿿]し)、|(?<=とから)、|(?<=[一-鿿ァ-ヴー]で)、(?=[^、。]{1,24}(?:は|につい))",
    _I,
)
_LEADING = re.compile(r"^(?:(?:while|although|though|since|as|because|given)\b[^,]{3,200}(?:\([^)]*\)[^,]*)?),\s+", _I)
_BRACKET = re.compile(r"\(([^()]{3,200})\)")
_YES_NO = re.compile(
    r"^\W*(?:yes|no)\b(?=\s*[,.!;]|$)[,.!;]*\s*|^\W*(?:はい|いいえ|いえ)(?=[、。,.!]|$)[、。,.!]*\s*", _I
)
_ASKS_SOURCE = re.compile(
    rf"\b(?:mention|state|specif|say|discuss|describe)\w*\b"
    rf"|\b{SOURCE}\b.{{0,40}}\b(?:(?:name|contain|include|miss|omit)\w*\b|leaves? out\b)"
    r"|(?:記載|記述|言及|書かれ|述べられ|触れられ|載って)[^、]{0,10}か[?。\s]*$",
    _I,
)
_ASKS_GAP = re.compile(r"\b(?:missing|omit|lack|not|never|leaves? out)\w*\b|ない|(?:いま|りま)せん|欠け", _I)
_NULL = re.compile(r"^\W*(?:null|nil)\W*$|^\W*\"(?:\w+_)?(?:answer|回答|答え)\"\s*:\s*(?:null|\"\")\s*[,}]", _I)
_HEAD = re.compile(r"^[\s*#>_`-]*(?:(?:the )?(?:final |short )?answer|回答|答え|結論)[\s*]*:[\s*]*", _I)
_REPORTS = re.compile(
    r"\b(?:mentioned|stated|described|listed|noted|reported)\b(?: (?:in|by|on) [^,.;]{1,30}?)? that\b"
    r"|[^こ]と(?:の(?:記述|記載)が)?(?:あ[りる](?!の?み|だけ)|書か|記さ|記載|述べら|され)",
    _I,
)  # what a source says
_FIGURE = re.compile(r"(?<![0-9a-z\[#.])\d{2,}")  # of one digit: the number of a passage


_NOR = re.compile(r"\W{0,3}nor\b", _I)
_DOES_NOT = re.compile(r"\W{0,9}(?:but|and|yet|though|although) (?:(?:it|they) )?(?:do|does|did)(?: not|n't)\b", _I)
_IS_TOLD = re.compile(rf"\b(?:is|are|was|were) (?:\w+ ){{0,2}}?{TELLS}\b", _I)
_IS_NOT = re.compile(r"\b(?:(?:is|are|was|were)(?: not|n't)|never (?:is|are|was|were))\W*$", _I)
"""What a clause says of the passages, or of a gap, in the words of the one before: "but it doesn't break it down"."""
_REFERS = re.compile(
    r"\b(?:please|you(?:'d| would| will| may| should| might)|i(?:'d| would)? (?:suggest|recommend|advise))\b.{0,24}"
    r"\b(?:check|contact|consult|ask|refer|reach out|call|visit)\w*\b"
    r"|(?:確認|問い?合わせ|お尋ね|お聞き|相談)[^。]{0,12}(?:ください|下さい|お願い|いただ|勧め|すすめ)",
    _I,
)
_ASKS_BACK = re.compile(
    r"\b(?:could|can|would|will) you\b.{1,80}\?|^\W*(?:which \w+ )?(?:do|did) you mean\b"
    r"|(?:いただけ|頂け|教えて|お知らせ|くださ)[^。]{0,12}か[。?\s]*$|(?:どの|どちらの|どなた|何の|いつの)[^。]{0,20}(?:でしょう|です)か[。?\s]*$",
    _I,
)  # a question in return
_HOWEVER = re.compile(r",\s+however,(?=\s)", _I)


class _Says(Enum):
    """What a clause does: it refuses, talks or describes the passages, or asserts."""

    REFUSES = auto()
    TALKS = auto()
    ASSERTS = auto()


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause of an answer, the place of its sentence, and whether it is in a list and `opens` its sentence."""

    text: str
    sentence: int
    says: _Says
    listed: bool = False
    opens: bool = True


@dataclass(frozen=True, slots=True)
class _Refusals:
    """The refusals of an answer, by their places among its clauses; read once, as an answer may repeat them.

    `open_at` is the first that leaves open what was asked, None if there is none; of those that do, `names_gap` says
    whether one names it, and `paired` whether one is a line of a list. `last` and `concluding` are the last refusal of
    each sentence, and the last that begins with "so".
    """

    open_at: int | None
    names_gap: bool
    paired: bool
    last: Mapping[int, int]
    concluding: Mapping[int, int]

    @classmethod
    def of(cls, question: str, clauses: Sequence[_Clause]) -> _Refusals:
        """Find the refusals among the clauses of an answer."""
        first = next((place for place, clause in enumerate(clauses) if clause.says is not _Says.TALKS), None)
        places = [place for place, clause in enumerate(clauses) if clause.says is _Says.REFUSES]
        given = [clause.text for clause in clauses if clause.says is _Says.ASSERTS]
        leaving = [
            at
            for at in places
            if leaves_open(question, clauses[at].text, first=at == first)
            and not is_finer(question, clauses[at].text, given)
        ]
        return cls(
            leaving[0] if leaving else None,
            any(gap_is_asked(question, clauses[at].text) for at in leaving),
            any(is_pair(clauses[at].text) for at in leaving),
            {clauses[at].sentence: at for at in places},
            {clauses[at].sentence: at for at in places if _SO.match(clauses[at].text)},
        )


def declines(question: str, answer: str) -> bool:
    """Return whether an answer leaves the question open and asserts nothing; never raises on any text.

    >>> declines("What is the capital?", "The documents do not say."), declines("首都は?", "記載がないが、東京だ。")
    (True, False)
    """
    question, text = canonical(question), canonical(unwrap(answer[:LIMIT].strip()))[:LIMIT]
    if _NULL.match(answer[:LIMIT]):
        return True
    if (
        (is_polar(question) or _ASKS_GAP.search(question))
        and _ASKS_SOURCE.search(question)
        and not re.search(r"\bi\b|できません|かねます", text, _I)
    ):
        return False
    text = re.sub(r"(?<=[A-Za-z])_(?=[A-Za-z])", " ", text)
    text = _HOWEVER.sub("", _HEAD.sub("", text.replace("**", "")))
    clauses = [clause for clause in _clauses(question, text) if any(char.isalnum() for char in clause.text)]
    refusals = _Refusals.of(question, clauses)
    if not refusals.last:
        referred = any(
            _ASKS_BACK.search(clause.text) or (_REFERS.search(clause.text) and not has_source(clause.text))
            for clause in clauses
        )
        alone = referred and all(clause.says is _Says.TALKS for clause in clauses)
        return alone or (lacks_number(question, text) and not is_polar(question))
    return not any(_answers(question, clauses, at, refusals) for at in range(len(clauses)))


def _clauses(question: str, text: str) -> Iterator[_Clause]:
    stretches = [*sentence_stretches(text)]
    lines = [stretch.endswith("\n") and stretch.strip()[-1:] not in "。.!?:" for stretch in stretches]  # no sentences
    for number, stretch in enumerate(stretches):
        sentence = stretch.strip()
        listed = lines[number] and sum(lines) > 1
        word = _YES_NO.match(sentence)
        if word and is_polar(question):
            yield _Clause(word.group(), number, _Says.ASSERTS)
        says, before = _Says.ASSERTS, ""
        for piece in _cut(sentence[word.end() :] if word else sentence):
            described = says is _Says.TALKS or has_source(before)
            if (described and _DOES_NOT.match(piece)) or (_IS_TOLD.search(before) and _IS_NOT.search(piece)):
                says = _Says.REFUSES
            elif not ((says is _Says.TALKS and continues(piece)) or (says is _Says.REFUSES and _NOR.match(piece))):
                says = _says(question, piece)
            yield _Clause(piece, number, says, listed, not before)
            before = piece


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
    if refuses(question, clause) and not denies(question, clause):
        return _Says.REFUSES
    described = _DESCRIBES.search(clause) or _DESCRIBES_JA.search(clause)
    remark = is_remark(question, clause) and not _FIGURE.search(clause)
    if _REPORTS.search(clause):
        described = None
    talk = next((m for m in _TALKS.finditer(clause) if m[0].isascii() or m[0][:2] not in question), None)
    talks = described or talk or remark or _ASKS_BACK.search(clause)
    return _Says.TALKS if talks else _Says.ASSERTS


def _answers(question: str, clauses: list[_Clause], at: int, refusals: _Refusals) -> bool:
    """Return whether the clause at a place asserts an answer, apart from the refusals of the whole answer."""
    clause, open_at = clauses[at], refusals.open_at
    explains = WHY.search(question) and open_at is None  # what it says is the reason that was asked for
    if clause.says is _Says.REFUSES or (not explains and _gives_reason(clause, at, refusals)):
        return False
    if clause.says is _Says.TALKS:
        described = open_at is None and _DESCRIBES.search(clause.text) and names_asked(question, clause.text)
        sentence = "" if not described else " ".join(c.text for c in clauses if c.sentence == clause.sentence)
        return bool(described) and not re.search(r"\b(?:only|different|another|but)\b", sentence, _I)
    if open_at is None or guesses(clause.text) or (_SO.match(clause.text) and WHY.search(question)):
        return True
    listed = clause.listed and not clauses[open_at].listed
    contrasted = at > open_at and is_contrast(clauses[at - 1].text, clause.text)
    if (
        listed
        or (refusals.paired and is_pair(clause.text))
        or about_something_else(question, clause.text, only_qualified=contrasted)
    ):
        return False
    if at < open_at:
        return answers_before(clause.text, clauses[at + 1].text, names_gap=refusals.names_gap, whole=clause.opens)
    return answers_after(question, clause.text, clauses[at - 1].text)


def _gives_reason(clause: _Clause, at: int, refusals: _Refusals) -> bool:
    """Return whether a clause is the reason for a refusal in its sentence: "as the page is torn, it is not known"."""
    if refusals.last.get(clause.sentence, -1) <= at:
        return False
    return refusals.concluding.get(clause.sentence, -1) > at or _REASON.search(clause.text) is not None
