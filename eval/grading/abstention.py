"""Declining: does an answer leave the question open, or does it assert something?

An answer declines if a clause of it refuses (`eval.grading.refusals`, and more here that only counts where a clause is
read alone) and nothing else in it asserts. Talk, advice, and what the passages are about assert nothing, and neither
does a reason for the refusal. What stands before a refusal that names what was asked ("Tavira is a large town, but
which is the capital is not stated") is its background, unless it is short or speaks of "it". A gap that names
something else ("Anna Holm; the year is not given") leaves the answer an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from eval.grading.refusals import is_refusal
from eval.grading.remark_words import remark_words
from eval.grading.remarks import is_remark
from eval.grading.text import sentence_stretches
from eval.grading.wrappers import unwrap
from rag.text.canonical import canonical
from rag.text.tokens import Token, tokenise

LIMIT = 4000  # characters of an answer that are read
_I = re.IGNORECASE
_SOURCE = (
    r"(?:passages?|texts?|contexts?|documents?|articles?|information|sources?|excerpts?|materials?|references?|files?"
    r"|evidence|data|snippets?|records?|sections?|paragraphs?)"
)
_SOURCE_JA = r"(?:資料|文書|文章|本文|テキスト|文脈|記事|文献|情報|記載|記述|コンテキスト|パッセージ|ドキュメント|出典|文中)"
_TELLS = (
    r"(?:mention|stat|say|said|tell|told|giv|provid|specif|indicat|contain|includ|nam|describ|reveal|cover|discuss"
    r"|address|list|identif|clarif|disclos|explain|show|refer|record|offer|answer|appear|found|find|confirm)\w*"
)
_MORE_EN = re.compile(
    rf"\b(?:neither|none|nothing|nowhere|no)\b.{{0,60}}\b{_TELLS}|\b(?:say|says|said|state|states) nothing\b"
    rf"|^\W*(?:not|un|in|none)[ -]?(?:answerable|stated|given|specified|mentioned|available|provided|found|disclosed"
    r"|determinable|determined|known|indicated|applicable)\b"
    rf"|\b(?:is|are|was|were|be|been|has|have|had)(?: never| nowhere| not|n't) (?:\w+ ){{0,2}}?"
    rf"(?:mentioned|stated|given|specified|provided|indicated|named|recorded|disclosed|described|known)\b"
    rf"|\b{_SOURCE}\b.{{0,60}}\b(?:do|does|did)(?: not|n't) (?:\w+ ){{0,2}}?{_TELLS}"
    rf"|\b(?:do|does|did)(?: not|n't) (?:\w+ ){{0,2}}?{_TELLS}.{{0,40}}\b{_SOURCE}\b"
    rf"|\b{_SOURCE}\b.{{0,30}}\b{_TELLS} no\b"
    rf"|^(?:however, |but |and )?(?:they|it|these|this)\b (?:do|does|did)(?: not|n't) (?:\w+ ){{0,2}}?{_TELLS}"
    rf"|\b{_SOURCE}\b.{{0,30}}\b(?:lacks?|omits?|fails? to|leaves? (?:this |it )?(?:open|unclear))\b"
    r"|\b(?:not|n't|no|never|impossible|unable|insufficient|lack of|missing)\b.{0,12}\b(?:possible|way|enough|sufficient"
    r"|basis|able|evidence|information|details?|context|data|to)\b.{0,30}\b(?:to )?(?:determine|say|tell|answer|know"
    r"|identify|establish|infer|conclude|judge|find)"
    r"|^\W*(?:not enough|insufficient|no|missing) (?:\w+ )?(?:information|context|data|evidence|details?|answer)\b"
    r"|\bknowledge\b.{0,20}\b(?:not|n't)\b"
    r"|\bi(?:'m| am)? (?:sorry|afraid)?.{0,24}(?:can't|cannot|can not|won't|not able to|unable to) (?:\w+ )?(?:share|disclose"
    r"|reveal|discuss|comply|assist|fulfil|help|provide|offer|speculate|tell|answer|give)"
    r"|\banswerable\W+(?:false|no)\b|\b(?:undetermined|unspecified|unanswerable)\b",
    _I,
)
_UNKNOWN = re.compile(
    r"\b(?:is|are|was|were|remains?|it's) (?:\w+ly |still )?(?:unknown|unclear|uncertain|not known|not clear)\b"
    r"(?=\W*(?:$|[.,;!?()]|(?:to|from|in|at|on|who|what|when|where|which|how|why|whether|based|given|if|because)\b))"
    r"|(?:^|は|が|も|[:、])不明(?:です|である|だ|でした|確|瞭|と(?:さ|な)|のまま|$|[。、])|^(?:unknown|unclear)\W*$"
    r"|[:は]\s*(?:unknown|不明|n/a)\W*$",
    _I,
)
_UNKNOWN_WORD = re.compile(r"\bun(?:known|clear)\b|不明", _I)
_NOT_JA = r"(?:ません|ない|なく|ず|ぬ|ねます|ねる|なかった)"
_MORE_JA = re.compile(
    r"(?:記載|記述|言及|情報|説明|明記|データ|根拠|回答|解答|答え|該当|手がかり)[^、。]{0,16}?(?:なし|無し|無い|あり?ません|ござい"
    rf"ません|なかった|ない|見(?:当た|つか|付か)(?:り|ら){_NOT_JA}|不足|乏し|不十分|欠け)"
    r"|(?:述べ|示さ|書か|触れ|含ま|挙げ|記さ|記載さ|記述さ|明記さ|明示さ|言及さ|説明さ|提供さ|公表さ|特定さ|載っ|載せ)"
    rf"(?:られ|れ)?て?は?(?:い|おら|おり)?{_NOT_JA}"
    rf"|読み取(?:れ|る(?:こと)?(?:は|が)?(?:でき|出来)){_NOT_JA}"
    r"|(?:判断|回答|特定|確認|断定|断言|算出|判定|推測|推定|計算|お?答え|お?教え|お?伝え|提供|開示|対応|協力|手伝い)"
    rf"(?:を|は|が|に|も|する|すること(?:は|が|も)|こと(?:は|が))*(?:でき|出来|し?かね|いたしかね|致しかね|いたし){_NOT_JA}"
    r"|(?:判断|回答|特定|確認|断定|お?答え)(?:は|が|を|に)?(?:不可|不能|困難|難し|差し?控え|控え)"
    rf"|(?:分か|わか|判|解)(?:ら|り|りかね|って(?:い|おら|おり)){_NOT_JA}|存じ(?:上げ)?ません"
    rf"|(?:知る|知り得る|答える|教える|確かめる)こと(?:は|が)(?:でき|出来){_NOT_JA}|答えられ{_NOT_JA}"
    r"|(?:資料|文書|情報|範囲)(?:の範囲)?(?:外|を超え)"
)
_NO_REFUSAL = re.compile(
    r"\b(?:who|he|she|we|they)\s+(?:\w+ly |also |then )?(?:do|did|does|could|can|would|was|were|is|are|ca|cannot)\b"
    rf"(?: not|n't)\s+(?!(?:\w+ly )?(?:{_TELLS})).*$|\bbecause\b(?!.*\b{_SOURCE}\b).*$"
    rf"|\b(?!(?:i|it|we|and|or|to|which|that|therefore|thus|so|also|still|but|this|question|answer|{_SOURCE})\b)[a-z]+ "
    r"(?:cannot|can't|could not|couldn't|(?:was|were|is|are) unable to) "
    r"(?:find|say|tell|give|provide|identify|answer|confirm|see)\b.*$",
    _I,
)
_THING_NOT_FOUND_JA = re.compile(r"見(?:つか|当た|付か)(?:ら|り)")
_GIVES_REASON_JA = re.compile(r"(?:ため|から|ので|せい)(?:です|だ|である|でした)?[。\s]*$")
_WHY = re.compile(r"\bwhy\b|なぜ|何故|どうして|理由|原因", _I)
_DESCRIBES = re.compile(
    rf"^\W*(?:while |although |though |however,? |but |and |only |even though )*(?:(?:the|these|this|all|both|provided"
    rf"|given|only|available|supplied|other|first|second|third|last) )*{_SOURCE}\b(?!.{{0,60}}\b(?:says?|states?|shows?"
    rf"|reports?|confirms?|indicates?)\b (?!only))"
    r"|\b(?:is|are|was|were) (?:only |also |merely )?(?:mentioned|listed|described|named|cited|discussed|covered)\b"
    r"|\b(?:different|another|unrelated|separate|not the same)\b",
    _I,
)
_DESCRIBES_JA = re.compile(
    rf"{_SOURCE_JA}\d*(?:に|で|の|は|に?おい|から|中).*?(?:ついて|関す|挙げ|述べ|説明|記載|書か|紹介|言及|触れ|示さ|含ま|のみ|だけ)"
    r"|(?:挙げ|述べ|説明|記載|書か|紹介|言及|触れ|示)(?:ら|さ)?れて(?:い|お)|(?:記載|記述|説明|言及)(?:は|が)あ[りる]"
)
_TALKS = re.compile(
    r"^\W*(?:please|you (?:may|might|can|could|should|would)|i(?:'d| would)? (?:recommend|suggest|advise)|consult|check"
    r"|try|for (?:more|further|that|this|accurate)|if you|let me know|would you|additional|more information|further"
    r"|sorry|i(?:'m| am) (?:very |so |really )?(?:sorry|afraid)|i apologi|unfortunately|as an? (?:ai|language|assistant)"
    r"|therefore|thus|hence|based on|according to|however|based solely)\b"
    r"|ください|下さい|お?(?:勧|すす)め|問い?合わせ|いかがで|ご提供|いただけ|頂け|幸いで|お願い|申し訳|申しわけ|残念|恐れ入"
    r"|恐縮|ご質問|すみません|ごめん|必要(?:です|があり|とな)",
    _I,
)
_REASON = re.compile(
    r"^\W*(?:since|as|because|given|due)\b|(?:ため|ので|から|ことから|以上|上)、$|^\W*(?:which means)\b", _I
)
_SO = re.compile(r"^\W*(?:so|therefore|thus|hence|and (?:so|therefore|thus))\b", _I)
_CUTS = re.compile(
    r";\s*|\s+[—–-]+\s+|,?\s+(?=(?:but|though|although|whereas|however)\b)|,\s+(?=(?:so|and|yet|or|nor|while|therefore)\b)"
    r"|,\s+(?=(?:it|he|she|they|this|that|there)(?:'s| is| was| are| were| has| had)\b)"
    r"|(?<=[すんいたるだ])(?<!ただ)(?:が|けれども?|けど)、|ものの、|(?<=ため)、|(?<=ので)、|(?<=から)、|(?<=おり)、|(?<=ず)、"
    r"|(?<=[一-鿿]し)、|(?<=とから)、",
    _I,
)
_LEADING = re.compile(r"^(?:(?:while|although|though|since|as|because|given)\b[^,]{3,200}(?:\([^)]*\)[^,]*)?),\s+", _I)
_BRACKET = re.compile(r"\(([^()]{3,200})\)")
_YES_NO = re.compile(r"^\W*(?:yes|no)\b(?=\s*[,.!;]|$)[,.!;]*\s*|^\W*(?:はい|いいえ|いえ)(?=[、。,.!]|$)[、。,.!]*\s*", _I)
_POLAR = re.compile(
    r"^\W*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|must)\b"
    r"|^(?!.*(?:何|誰|だれ|どこ|どの|どれ|どち|いつ|なぜ|いくら|いくつ|どう|どん)).*か[?。\s]*$",
    _I,
)
_ASKS_SOURCE = re.compile(
    rf"\b(?:mention|state|specif|say|discuss|describe|name|contain|include)\w*\b|(?:記載|記述|言及|書かれ|述べられ|触れられ|載って)"
    r"[^、]{0,10}か[?。\s]*$",
    _I,
)
_NULL = re.compile(r"^\W*(?:\"?(?:answer|回答|答え)\"?\s*[::]\s*)?(?:null|\"\"|nil|-{1,3})\W*$", _I)
_HEAD = re.compile(r"^[\s*#>_`-]*(?:(?:the )?(?:final |short )?answer|回答|答え|結論)[\s*]*:[\s*]*", _I)
_ABOUT_IT = re.compile(r"^\W*(?:but |so |and |though )*(?:it|he|she|they|that|this|there)\b", _I)
_ASPECTS = (
    (r"\bwho(?:se|m)?\b|誰|だれ|何者", r"name|person|people|identit|author|名前|氏名|人物|者|人"),
    (r"\bwhen\b|いつ|何年|何月|何日", r"date|year|day|time|month|日|年|時期|日付|月"),
    (r"\bwhere\b|どこ|何処", r"place|location|site|where|場所|地|所在|位置"),
    (r"how many|how much|何人|何個|何件|いくつ|いくら|どのくらい", r"number|count|amount|figure|price|cost|数|量|額|値段|価格"),
    (r"how (?:tall|high)", r"height"),
    (r"how (?:long|old|heavy|far|fast|big|large|wide|deep)", r"length|duration|age|weight|distance|speed|size|area|width|depth"),
    (r"\bwhy\b|なぜ|どうして", r"reason|cause|理由|原因"),
    (r"\bwhich\b|どの|どれ|どちら|どこ", r"which|どの|どれ|どちら|どこ"),
)
_OTHER = re.compile(
    r"\b(?:exact|exactly|precise|specific|explicit|explicitly|directly|other|else|before|after|average|also|further)\b"
    r"|正確|詳細|具体|平均|直接|明確|はっきり|以外|以前|以後|その他|ほか",
    _I,
)
_SHORT = 4  # tokens; fewer are an answer, not background


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

    >>> declines("What is the capital?", "The documents do not say."), declines("首都は?", "記載がありませんが、東京です。")
    (True, False)
    """
    question, text = canonical(question), canonical(unwrap(answer[:LIMIT].strip()))[:LIMIT]
    if _NULL.match(text):
        return True
    if _POLAR.search(question) and _ASKS_SOURCE.search(question) and not re.search(r"\bi\b|できません|かねます", text, _I):
        return False
    text = _HEAD.sub("", text.replace("**", ""))
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
        if _refuses("", match.group(1)):
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
    if _refuses(question, clause):
        return _Says.REFUSES
    described = _DESCRIBES.search(clause) or _DESCRIBES_JA.search(clause)
    talks = described or _TALKS.search(clause) or is_remark(question, clause)
    return _Says.TALKS if talks else _Says.ASSERTS


def _refuses(question: str, clause: str) -> bool:
    if _WHY.search(question) and _GIVES_REASON_JA.search(clause):
        return False
    rest = _NO_REFUSAL.sub("", clause)
    if _THING_NOT_FOUND_JA.search(rest) and not re.search(_SOURCE_JA, rest) and not _names_asked(question, rest):
        rest = re.sub(r"見(?:つか|当た|付か)(?:ら|り)\w*", "", rest) if re.search(r"[はがも]見(?:つか|当た)", rest) else rest
    if _UNKNOWN.search(rest) or _MORE_EN.search(rest) or _MORE_JA.search(rest):
        return True
    return is_refusal(_UNKNOWN_WORD.sub("", rest))


def _answers(question: str, clauses: list[_Clause], at: int, refusals: list[int]) -> bool:
    """Return whether the clause at a place asserts, beside the refusals of the answer, what stands for an answer."""
    clause = clauses[at]
    later = [place for place in refusals if place > at]
    if clause.says is _Says.REFUSES:
        return False
    if clause.says is _Says.TALKS:
        named = _names_asked(question, clause.text) and bool(_DESCRIBES.search(clause.text))
        sentence = " ".join(other.text for other in clauses if other.sentence == clause.sentence)
        return not later and named and not re.search(r"\b(?:only|different|another|but)\b", sentence, _I)
    if any(clauses[place].sentence == clause.sentence for place in later) and (
        _REASON.search(clause.text) or any(_SO.match(clauses[place].text) for place in later)
    ):
        return False
    background = len(tokenise(clause.text)) > _SHORT and not _ABOUT_IT.match(clause.text)
    return not (background and any(_gap_is_asked(question, clauses[place].text) for place in later))


def _gap_is_asked(question: str, clause: str) -> bool:
    """Return whether a refusal names what was asked, and nothing else."""
    known = remark_words().known | {token.stem for token in tokenise(question)}
    aspects = [names for asks, names in _ASPECTS if re.search(asks, question, _I)]
    new = (token for token in _content(clause) if token.stem not in known)
    if _OTHER.search(clause) or not all(any(re.fullmatch(names, token.key, _I) for names in aspects) for token in new):
        return False
    return _names_asked(question, clause)


def _names_asked(question: str, clause: str) -> bool:
    if any(re.search(asks, question, _I) and re.search(names, clause, _I) for asks, names in _ASPECTS):
        return True
    asked = {token.stem for token in _content(question)}
    return any(token.stem in asked for token in _content(clause))


def _content(text: str) -> list[Token]:
    known = remark_words().source
    return [token for token in tokenise(text) if token.content and token.stem not in known]
