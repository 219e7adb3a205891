"""Is an answer in the language it was asked in? Made for short answers, where statistical detectors guess.

Rules. Digits, symbols, formulas (H2O) and acronyms (NASA) are of no language. The words of a reference in the asked
language are right whatever their script ("Marie Curie" in a Japanese answer whose reference is written so). Kana
means Japanese, English function words mean English; where both stand, the language with more text wins (one
Japanese character is taken to weigh 2.5 Latin letters; a round figure, only for answers that mix both).
Ideographs that Shift_JIS does not hold, and Chinese function words without kana, are Chinese; any other script is
neither language.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from eval.grading.text import FUNCTION_WORDS, Token, canonical, tokenise

LETTERS_PER_CHARACTER = 2.5
_ACRONYM_LETTERS = 6
_NOT_ACRONYM = frozenset("YES NO TRUE FALSE THE AND NOT TOKYO JAPAN RIGHT WRONG".split())
_CHINESE = re.compile(r"[是们這个這為吗哪谁]|的是|位于|位於|答案|因为|因為")
_CHINESE_REPLIES = ("是", "不是", "是的", "不", "不对", "有", "没有")
_IN_NAMES = ("of", "the", "de", "von", "van", "and", "da", "del", "bin")
_ENGLISH_STARTS = ("yes", "no", "the", "it")
_UNIT_SIGNS = ("km", "cm", "mm", "kg", "mg", "ml", "km2", "mi", "ft")
_HIRAGANA = re.compile(r"[ぁ-ん]")
_KANA = re.compile(r"[ぁ-んァ-ヴ]")
_JAPANESE = re.compile(r"[ぁ-んァ-ヴ一-鿿]")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_ENGLISH_MARKS = (FUNCTION_WORDS - {"a", "i", "s", "t", "no", "de"}) | {"yes", "no", "true", "false"}


class _Referenced(Protocol):
    """A reference answer: its text and language."""

    @property
    def text(self) -> str: ...
    @property
    def language(self) -> str: ...


def language_correct(answer: str, language: str, references: Sequence[_Referenced]) -> bool:
    """Whether `answer` is in `language` ("ja" or "en"), or of no language; an empty answer is not.

    >>> [language_correct(answer, "ja", []) for answer in ("Tokyo", "東京です。", "1546")]
    [False, True, True]
    """
    text = re.sub(r"^(?:answer|答え|回答)\s*:\s*", "", canonical(answer), flags=re.IGNORECASE)
    if not any(char.isalnum() for char in text):
        return False
    own = [canonical(reference.text) for reference in references if reference.language == language]
    borrowed = [form for form in own if (_LATIN if language == "ja" else _JAPANESE).search(form)]
    foreign = [canonical(reference.text) for reference in references if reference.language != language]
    spoken = detect(text, borrowed, foreign)
    if spoken == "names":
        return language == "en" or any(not _KANA.search(form) for form in borrowed)
    return spoken in (language, "none")


def detect(text: str, own: Sequence[str] = (), foreign: Sequence[str] = ()) -> str:
    """The language of a canonical text: "ja", "en", "names" (Latin words that may be mere names), "other", or "none".

    Words of `own` references are left out of account; `foreign` ones keep a capitalised word from being an acronym.
    """
    allowed = {token.key for form in own for token in tokenise(form)}
    words = {token.surface for form in (*own, *foreign) for token in tokenise(form) if not token.surface.isupper()}
    lowered = {word.casefold() for word in words}
    tokens = [token for token in tokenise(text) if token.key not in allowed and not _neutral(token, lowered)]
    japanese = "".join(token.surface for token in tokens if token.kind == "japanese")
    latin = [token for token in tokens if token.kind == "latin"]
    if any(not _LATIN.match(token.surface) for token in latin) or _is_chinese(japanese):
        return "other"
    if japanese and latin:
        return _mixed(tokens[0].kind == "japanese", japanese, latin)
    if japanese:
        return "ja"
    return _latin_only(latin) if latin else "none"


def _latin_only(latin: Sequence[Token]) -> str:
    """Whether Latin words are "names", every one capitalised but for "of", "van" and the like, or "en"."""
    titled = all(token.surface[0].isupper() or token.surface.casefold() in _IN_NAMES for token in latin)
    return "names" if titled and latin[0].surface.casefold() not in _ENGLISH_STARTS else "en"


def _mixed(japanese_first: bool, japanese: str, latin: Sequence[Token]) -> str:
    """The language of a text with words of both: by its grammar where only one has some, else by weight."""
    english_grammar = any(token.surface.casefold() in _ENGLISH_MARKS for token in latin)
    japanese_grammar = _HIRAGANA.search(japanese) is not None
    if not english_grammar and (japanese_grammar or japanese_first):
        return "ja"
    weight = LETTERS_PER_CHARACTER * len(japanese)
    heavier = english_grammar and weight > sum(len(token.surface) for token in latin)
    return "ja" if heavier else "en"


def _neutral(token: Token, lowered: set[str]) -> bool:
    """Whether a token is of no language: a number, symbol, unit, single letter, formula or acronym."""
    surface = token.surface
    if token.kind != "latin":
        return token.kind != "japanese"
    if len(surface) == 1 or surface in _UNIT_SIGNS:
        return True
    acronym = surface.isupper() and len(surface) <= _ACRONYM_LETTERS and surface not in _NOT_ACRONYM
    formula = any(char.isdigit() for char in surface)
    return surface.isascii() and (formula or (acronym and surface.casefold() not in lowered))


def _is_chinese(japanese: str) -> bool:
    """Whether ideographs without hiragana are Chinese: not all in Shift_JIS, or with Chinese function words."""
    if _HIRAGANA.search(japanese):
        return False
    ideographs = [char for char in japanese if "一" <= char <= "鿿"]
    if any(char.encode("cp932", "ignore") == b"" for char in ideographs) or japanese in _CHINESE_REPLIES:
        return True
    return len(ideographs) > 3 and not _KANA.search(japanese) and _CHINESE.search(japanese) is not None
