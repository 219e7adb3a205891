"""Recognise texts in languages that kotae does not index, as far as their letters show it."""

from __future__ import annotations

import re

from rag.text.encoding_likelihood import japanese, simplified_chinese, traditional_chinese
from rag.text.letters import JAPANESE_LETTER, KANA_LETTER, KANJI_LETTER, LATIN_LETTER

_SCRIPTS = {
    "Korean": re.compile("[\uac00-\ud7a3\u1100-\u11ff\u3131-\u318e]"),
    "Russian or another language in Cyrillic letters": re.compile("[\u0400-\u052f]"),
    "Greek": re.compile("[\u0370-\u03ff\u1f00-\u1fff]"),
    "Arabic or another language in its letters": re.compile("[\u0600-\u06ff\u0750-\u077f]"),
    "Hebrew": re.compile("[\u0590-\u05ff]"),
    "Thai": re.compile("[\u0e00-\u0e7f]"),
    "Hindi or another language of India": re.compile("[\u0900-\u0dff]"),
}
_MAX_KANA = 0.05  # of the kanji: Chinese may quote a Japanese name
_MIN_BITS, _MIN_BITS_EACH = 19.0, 1.0
"""How much likelier different kanji must be as Chinese, in all and each. Japanese names without kana reach 17."""
_MIN_KANJI = 6


def other_language(text: str) -> str | None:
    """Return the language of a text that is neither Japanese nor in Latin letters; None if it is, or may be.

    >>> other_language("办公时间是上午九点到下午五点"), other_language("営業時間：午前九時～午後五時")
    ('Chinese', None)
    """
    if text.isascii():
        return None
    indexed = len(JAPANESE_LETTER.findall(text)) + len(LATIN_LETTER.findall(text))
    for language, letters in _SCRIPTS.items():
        if len(letters.findall(text)) > indexed:
            return language
    return "Chinese" if _is_chinese(text) else None


def _is_chinese(text: str) -> bool:
    """Return whether a text has hardly any kana, and kanji that are those of Chinese.

    Latin letters may be more: names and addresses of web pages.
    """
    found = KANJI_LETTER.findall(text)
    kanji = "".join(set(found))
    if len(KANA_LETTER.findall(text)) > _MAX_KANA * len(found) or 4 * len(found) < len(LATIN_LETTER.findall(text)):
        return False
    likelier = japanese(kanji) - min(simplified_chinese(kanji), traditional_chinese(kanji))
    return len(kanji) >= _MIN_KANJI and likelier >= max(_MIN_BITS, _MIN_BITS_EACH * len(kanji))
