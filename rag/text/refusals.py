"""Refusals: does a sentence decline to answer? In both languages, of canonical text (`rag.text.canonical`)."""

from __future__ import annotations

import re
from itertools import islice

_SOURCE = r"(?:passages?|texts?|context|documents?|articles?|information|sources?|sentences?|question)"
_REFUSAL_EN = re.compile(
    r"\bi (?:do not|don't|did not|didn't|can't|cannot|can not|am unable|am not able|could not"
    r"|couldn't)\s+(?:\w+\s+){0,2}?"
    r"(?:know|have|find|answer|determine|provide|say|tell|recall|confirm|access|see|help|assist)"
    r"|\bi(?:'m| am) (?:not (?:sure|certain|aware|able|familiar)|unable|unsure)"
    r"|\b(?:cannot|can't|can not|could not|couldn't|unable to) (?:be )?"
    r"(?:answer|determine|provide|find|found|identif|confirm|say|give)"
    rf"|\b{_SOURCE}\b.{{0,40}}\b(?:does|do|did)(?: not|n't) (?:\w+ )?"
    r"(?:mention|specif|provid|contain|state|include|say|give|indicate|explicitly)"
    r"|\b(?:does|do|did)(?: not|n't) (?:\w+ )?(?:mention|specify|state|indicate)\b"
    r"|\b(?:is|are|was|were)(?: not|n't) (?:\w+ )?(?:mentioned|specified|provided|stated|indicated)"
    rf"|\b(?:is|are|was|were)(?: not|n't) (?:\w+ )?(?:given|included|found|available|known|clear|enough)\b"
    rf"(?:\W*$|.*\b{_SOURCE}\b)"
    r"|\bno (?:\w+ )?(?:information|mention|answer|data|evidence|context) "
    r"|\b(?:not enough|insufficient) (?:information|context|data)"
    r"|^\W*(?:unknown|n/?a|not (?:specified|mentioned|provided|available|applicable|sure)|no idea|none given|cannot say"
    r"|idk)\W*$|\bsilent (?:on|about|as to)\b",
    re.IGNORECASE,
)
_SOURCE_JA = r"(?:文章|本文|情報|テキスト|資料|文脈|記事|文書|提供|質問)"
_REFUSAL_JA = re.compile(
    r"(?:分|わ|判)か(?:りません|らない|りかねます|りませんでした)|(?:知り|存じ|存じ上げ)ません"
    r"|知らない(?:です)?(?:。|$)|未詳"
    r"|(?:回答|お答え|答え|判断|特定|確認|断定|提供|断言)(?:する(?:こと)?(?:は|が)|は|が|を)?"
    r"(?:できません|でき?ない|出来ません|られません|られない|しかねます|いたしかねます|できかね)"
    r"|答え(?:られません|ることができません|ることはできません)"
    r"|(?:情報|記述|記載|言及|データ|回答)(?:は|が|も)?"
    r"(?:あり|見つかり|含まれてい|提供されてい|されてい|見当たり|示されてい|得られ)?(?:ません|ない)"
    r"|(?:記載|記述|言及|明記|説明|提示)(?:は|が)?(?:され|し)て(?:い|おり)?(?:ません|ない)|情報(?:は|が)(?:不足|足り)"
    rf"|{_SOURCE_JA}.*(?:含まれて|示されて)(?:い|おり)?(?:ません|ない)"
    r"|(?:書かれて|述べられて|触れられて)(?:い|おり)?(?:ません|ない)"
    r"|見(?:つか|当た)(?:りません|らない|りませんでした)"
    r"|該当(?:する(?:もの|情報))?(?:は|が)?(?:なし|ありません)|^(?:情報|回答|該当)(?:なし|無し)"
)
_UNKNOWN = re.compile(
    r"\b(?:is|are|remains?) (?:currently )?(?:unknown|unclear)\b|不明(?:です|である|だ|。|$|な)", re.IGNORECASE
)
UNKNOWN_LENGTH = 60  # characters; in a longer sentence "unknown" speaks of a detail
_BUT = re.compile(
    r"(?:[,;]|\.)\s*(?:but|however|though|although)\b,?\s*|\bbut\b\s+|(?<=[すんいただる])(?:が|けれども?"
    r"|けど)、|(?:しかし|ただし|ただ)、?",
    re.I,
)
_MOST_BUTS = 16  # a text with more of them repeats itself; every one costs a look at the whole text


def is_refusal(sentence: str) -> bool:
    """Return whether the sentence declines to answer: "I don't know", 分かりません, "the text does not mention it"."""
    if _REFUSAL_EN.search(sentence) or _REFUSAL_JA.search(sentence):
        return True
    return len(sentence) <= UNKNOWN_LENGTH and _UNKNOWN.search(sentence) is not None


def after_refusal(text: str) -> str | None:
    """Return the answer after a refusal and a "but" (ただし, が、), or None if there is only the refusal.

    >>> after_refusal("I am not sure, but it is Tokyo."), after_refusal("分かりません。")
    ('it is Tokyo.', None)
    """
    for match in islice(_BUT.finditer(text), _MOST_BUTS):
        rest = text[match.end() :].strip()
        if is_refusal(text[: match.start() + 1]) and rest and not is_refusal(rest):
            return rest
    return None
