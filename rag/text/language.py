"""Japanese or English: the main language of a text, and one spelling for what means the same."""

from __future__ import annotations

import re
import unicodedata

from rag.records import Language
from rag.text.letters import JAPANESE_LETTER, KANA_LETTER, LATIN_WORD

_TAGS: dict[str, Language] = {
    **dict.fromkeys(("ja", "jpn", "jp", "japanese", "日本語", "和文"), "ja"),
    **dict.fromkeys(("en", "eng", "english", "英語", "英文"), "en"),
}
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


def normalise(text: str) -> str:
    """Apply NFKC and case folding, so that full-width and half-width, composed and decomposed forms become one."""
    return unicodedata.normalize("NFKC", text).casefold()


def readable(text: str) -> str:
    """Replace what no tokenizer accepts (NUL, halves of surrogate pairs) by U+FFFD."""
    return _NO_TEXT.sub("\ufffd", text)


def detect(text: str) -> Language:
    """Return the main language of a text: "ja" if it has more Japanese letters than Latin words, else "en".

    Without kana there must be more than twice as many, so that an English sentence which quotes 許斐剛 stays English.
    A text with neither (digits, symbols) counts as English.

    >>> detect("Marie Curieが最初の受賞者となったのは何か"), detect("Who is Takeshi Konomi (許斐剛)?")
    ('ja', 'en')
    """
    text = unicodedata.normalize("NFKC", text)
    japanese = len(JAPANESE_LETTER.findall(text))
    latin = len(LATIN_WORD.findall(text))
    return "ja" if japanese > (latin if KANA_LETTER.search(text) else 2 * latin) else "en"


def language_of_tag(tag: str) -> Language | None:
    """Return the language that a tag (BCP 47, a locale, ISO 639-2, or its name) means; None for any other.

    >>> [language_of_tag(tag) for tag in ("ja-JP", "en_GB.UTF-8", "jpn", "English", "zh-Hans", "jam")]
    ['ja', 'en', 'ja', 'en', None, None]
    """
    name = re.split(r"[-_.@\s]", normalise(tag.strip()), maxsplit=1)[0]
    return _TAGS.get(name)


def markup_language(text: str) -> Language:
    """Return the `lang` of a text on a page: "ja" if it has any Japanese letter, so that Japanese glyphs are used."""
    return "ja" if JAPANESE_LETTER.search(text) else detect(text)
