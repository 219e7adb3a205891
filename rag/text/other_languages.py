"""Recognise texts in languages that kotae does not index, by their letters and what their pages say."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.messages import Message
from rag.text.encoding_likelihood import japanese, simplified_chinese, traditional_chinese
from rag.text.letters import JAPANESE_LETTER, KANA_LETTER, KANJI_LETTER, LATIN_LETTER, LATIN_WORD


@dataclass(frozen=True, slots=True)
class _Script:
    """A script, the language that it stands for in messages, and the tags of languages that are written in it."""

    language: str
    letters: re.Pattern[str]
    tags: frozenset[str]


_SCRIPTS = (
    _Script(Message("Korean"), re.compile("[\uac00-\ud7a3\u1100-\u11ff\u3131-\u318e]"), frozenset({"ko"})),
    _Script(
        Message("Russian or another language in Cyrillic letters"),
        re.compile("[\u0400-\u052f]"),
        frozenset({"ru", "uk", "be", "bg", "sr", "mk", "mn", "kk"}),
    ),
    _Script(Message("Greek"), re.compile("[\u0370-\u03ff\u1f00-\u1fff]"), frozenset({"el"})),
    _Script(
        Message("Arabic or another language in its letters"),
        re.compile("[\u0600-\u06ff\u0750-\u077f]"),
        frozenset({"ar", "fa", "ur", "ps"}),
    ),
    _Script(Message("Hebrew"), re.compile("[\u0590-\u05ff]"), frozenset({"he", "iw", "yi"})),
    _Script(Message("Thai"), re.compile("[\u0e00-\u0e7f]"), frozenset({"th"})),
    _Script(
        Message("Hindi or another language of India"),
        re.compile("[\u0900-\u0dff]"),
        frozenset({"hi", "mr", "ne", "bn", "ta", "te", "gu", "pa", "ml", "kn"}),
    ),
)
_LATIN = {
    **{"ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German", "es": "Spanish", "fi": "Finnish"},
    **{"fr": "French", "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ms": "Malay", "nb": "Norwegian"},
    **{"nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "sv": "Swedish"},
    **{"tl": "Tagalog", "tr": "Turkish", "vi": "Vietnamese"},
}
_ENGLISH = re.compile(r"\b(?:the|of|and|with|this|that|for|are|from|you|your|have|which|not|by)\b", re.IGNORECASE)
_MIN_ENGLISH = 0.03  # of the words; English has 0.15
_FEWEST_WORDS = 8
_DECLARED_SHARE = 0.25  # of the letters, where the page says that it is in their language
_MAX_KANA = 0.05  # of the kanji: Chinese may quote a Japanese name
_MIN_BITS, _MIN_BITS_EACH = 19.0, 1.0
"""How much likelier different kanji must be as Chinese, in all and each. Japanese names without kana reach 17."""
_MIN_KANJI = 6


def other_language(text: str, declared: str | None = None) -> str | None:
    """Return the language of a text that is not in Japanese or English; None if it is, or may be.

    Languages in Latin letters are recognised only where the text is `declared` to be in one (by the `lang` of a page):
    what templates say is often wrong, so the letters must agree.

    >>> other_language("办公时间是上午九点到下午五点"), other_language("営業時間：午前九時～午後五時")
    ('Chinese', None)
    >>> other_language("Die Kündigungsfrist beträgt vier Wochen zum Ende eines Monats.", declared="de-DE")
    'German'
    """
    tag = re.split("[-_]", (declared or "").strip().lower(), maxsplit=1)[0]
    latin = _LATIN.get(tag)
    if latin and _is_latin(text) and not _has_english(text):
        return latin
    if text.isascii():
        return None
    indexed = len(JAPANESE_LETTER.findall(text)) + len(LATIN_LETTER.findall(text))
    for script in _SCRIPTS:
        share = _DECLARED_SHARE if tag in script.tags else 1.0
        if len(script.letters.findall(text)) > share * indexed:
            return script.language
    return "Chinese" if _is_chinese(text, tag) else None


def _is_latin(text: str) -> bool:
    return len(LATIN_LETTER.findall(text)) > len(JAPANESE_LETTER.findall(text))


def _has_english(text: str) -> bool:
    """Tell whether the common words of English are in a text, or it has too few words to tell."""
    words = len(LATIN_WORD.findall(text))
    return words < _FEWEST_WORDS or len(_ENGLISH.findall(text)) >= _MIN_ENGLISH * words


def _is_chinese(text: str, tag: str) -> bool:
    """Return whether a text has almost no kana and the kanji of Chinese, or is declared to be Chinese.

    Latin letters may be more: names and addresses of web pages.
    """
    found = KANJI_LETTER.findall(text)
    kanji = "".join(set(found))
    if len(KANA_LETTER.findall(text)) > _MAX_KANA * len(found) or 4 * len(found) < len(LATIN_LETTER.findall(text)):
        return False
    if tag == "zh" and found:
        return True
    likelier = japanese(kanji) - min(simplified_chinese(kanji), traditional_chinese(kanji))
    least = max(_MIN_BITS, _MIN_BITS_EACH * len(kanji)) * (2 if tag == "ja" else 1)
    return len(kanji) >= _MIN_KANJI and likelier >= least
