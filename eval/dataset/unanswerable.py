"""References that say that a question cannot be answered: 回答不可, "not answerable", 資料に記載なし."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from eval.grading.text import sentences
from rag.records import Language
from rag.text.canonical import canonical
from rag.text.refusals import is_refusal

NO_ANSWER: Mapping[Language, str] = MappingProxyType({"ja": "回答不可", "en": "not answerable"})
"""The reference of a question that is marked as not answerable and has none."""
_NOUNS = re.compile(
    r"(?:回答|解答|応答|判断|判定|特定|算出|計算)(?:が|は|すること(?:が|は))?(?:不可(?:能)?|不能|困難|(?:でき|出来)(?:ない|ません))"
    r"|(?:答え|答|正解|回答|解答|根拠|情報源?|記載|記述|言及|データ|該当(?:する(?:情報|記載|記述|文書))?)"
    r"(?:が|は|も)?(?:資料に|文書に)?(?:なし|無し|ナシ|な[いし]$|存在し(?:ない|ません)|見当たら(?:ない|ず)|不足)"
    r"|(?:答え|回答し)(?:られ|え|得)(?:ない|ません)|回答(?:を)?差し控え"
    r"|\b(?:un|not )answerable\b|\bno answer\b|\bcannot be (?:answered|determined|inferred|known)\b"
    r"|\b(?:answer|information) (?:is )?(?:not|un)[ -]?(?:available|found|given|provided|known|present)"
    r"|\b(?:not|isn't|never) (?:mentioned|stated|specified|contained|found|given|included) in the\b"
    r"|\b(?:insufficient|missing|not enough|lack of) (?:information|context|evidence|data|sources?)\b"
    r"|\b(?:unable|impossible|not possible) to (?:answer|determine|tell|say)\b"
    r"|\bno (?:relevant |such |supporting )?(?:information|sources?|evidence|documents?|passages?)\b",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(r".{0,6}(?:不明|\bunknown\b).{0,6}", re.IGNORECASE)  # which a document may well state


def says_unanswerable(reference: str) -> bool:
    """Tell whether every sentence of a reference declines; one that also gives a part of the answer does not.

    >>> says_unanswerable("回答不可"), says_unanswerable("不可"), says_unanswerable("The documents do not say.")
    (True, False, True)
    """
    text = canonical(reference)
    parts = sentences(text) or [text]
    declines = (_NOUNS.search(part) or (is_refusal(part) and not _UNKNOWN.fullmatch(part)) for part in parts)
    return bool(text) and all(declines)
