"""The one judge of the language of an answer, for the chain (which asks again) and the grader (which counts).

Made for short answers, on which statistical detectors guess. Digits, symbols, formulas (H2O) and acronyms (NASA) have
no language. Kana means Japanese, English function words mean English; in a mixture, the language with more text wins
(one Japanese character weighs 2.5 Latin letters; a round figure, only for answers that mix both). Ideographs that
Shift_JIS lacks, and Chinese function words without kana, are Chinese; any other script is neither language.

Words may be borrowed. The grader knows the references: "Marie Curie" is right in Japanese if a Japanese reference is
written so. The chain does not, and takes names of the question instead. On all else they agree.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from rag.records import Language
from rag.text.canonical import canonical
from rag.text.letters import HIRAGANA_LETTER, JAPANESE_LETTER, KANA_LETTER, KANJI_LETTER, LATIN_LETTER
from rag.text.tokens import FUNCTION_WORDS, Token, tokenise

LETTERS_PER_CHARACTER = 2.5
_ACRONYM_LETTERS = 6
_NOT_ACRONYM = frozenset("YES NO TRUE FALSE THE AND NOT TOKYO JAPAN RIGHT WRONG".split())
_CHINESE = re.compile(r"[是们這个這為吗哪谁]|的是|位于|位於|答案|因为|因為")
_CHINESE_REPLIES = ("是", "不是", "是的", "不", "不对", "有", "没有")
_IN_NAMES = ("of", "the", "de", "von", "van", "and", "da", "del", "bin")
_ENGLISH_STARTS = ("yes", "no", "the", "it")
_UNIT_SIGNS = ("km", "cm", "mm", "kg", "mg", "ml", "km2", "mi", "ft")
_ENGLISH_MARKS = (FUNCTION_WORDS - {"a", "i", "s", "t", "no", "de"}) | {"yes", "no", "true", "false"}


class Referenced(Protocol):
    """A reference answer: its text and language."""

    @property
    def text(self) -> str: ...
    @property
    def language(self) -> str: ...


def in_language(answer: str, language: str, question: str = "", references: Sequence[Referenced] = ()) -> bool:
    """Return whether `answer` is in `language` ("ja" or "en") or has no language; an empty answer is not.

    Words of the other script in `question` and in `references` of that language count as borrowed.

    >>> [in_language(answer, "ja") for answer in ("Tokyo", "東京です。", "1546", "The answer is 東京")]
    [False, True, True, False]
    >>> in_language("Marie Curie", "ja", "Marie CurieとLise Meitner、先に生まれたのは？")
    True
    """
    text = _content(answer)
    if not text:
        return False
    own = [canonical(reference.text) for reference in references if reference.language == language]
    borrowed = [form for form in own if (LATIN_LETTER if language == "ja" else JAPANESE_LETTER).search(form)]
    foreign = [canonical(reference.text) for reference in references if reference.language != language]
    spoken = spoken_language(text, borrowed, foreign, _other_script(question, language))
    if spoken == "names":
        return language == "en" or any(not KANA_LETTER.search(form) for form in borrowed)
    return spoken in (language, "none")


def wants_repair(answer: str, language: Language, question: str) -> bool:
    """Return whether to ask again for an answer in `language`: it is in another one, as far as the question tells.

    An empty answer is not in the wrong language.
    """
    return bool(_content(answer)) and not in_language(answer, language, question)


def _content(answer: str) -> str:
    """Return the canonical answer without "Answer:"; "" if it has no letter or digit."""
    text = re.sub(r"^(?:answer|答え|回答)\s*:\s*", "", canonical(answer), flags=re.IGNORECASE)
    return text if any(char.isalnum() for char in text) else ""


def _other_script(question: str, language: str) -> frozenset[str]:
    """Return the keys of the words of a question that are not in the script of `language`."""
    kind = "latin" if language == "ja" else "japanese"
    return frozenset(token.key for token in tokenise(canonical(question)) if token.kind == kind)


def spoken_language(
    text: str, own: Sequence[str] = (), foreign: Sequence[str] = (), borrowed: frozenset[str] = frozenset()
) -> str:
    """Return the language of a canonical text: "ja", "en", "names" (Latin words that may be names), "other", "none".

    Words of `own` references and `borrowed` keys are left out of account; `foreign` references keep a capitalised word
    from being an acronym.
    """
    allowed = borrowed | {token.key for form in own for token in tokenise(form)}
    words = {token.surface for form in (*own, *foreign) for token in tokenise(form) if not token.surface.isupper()}
    lowered = {word.casefold() for word in words}
    tokens = [token for token in tokenise(text) if token.key not in allowed and not _neutral(token, lowered)]
    japanese = "".join(token.surface for token in tokens if token.kind == "japanese")
    latin = [token for token in tokens if token.kind == "latin"]
    if any(not LATIN_LETTER.match(token.surface) for token in latin) or _is_chinese(japanese):
        return "other"
    if japanese and latin:
        return _mixed(tokens[0].kind == "japanese", japanese, latin)
    if japanese:
        return "ja"
    return _latin_only(latin) if latin else "none"


def _latin_only(latin: Sequence[Token]) -> str:
    """Return whether Latin words are "names", every one capitalised but for "of", "van" and the like, or "en"."""
    titled = all(token.surface[0].isupper() or token.surface.casefold() in _IN_NAMES for token in latin)
    return "names" if titled and latin[0].surface.casefold() not in _ENGLISH_STARTS else "en"


def _mixed(japanese_first: bool, japanese: str, latin: Sequence[Token]) -> str:
    """Return the language of a mixed text: by grammar if it has that of one only, else by weight."""
    english_grammar = any(token.surface.casefold() in _ENGLISH_MARKS for token in latin)
    japanese_grammar = HIRAGANA_LETTER.search(japanese) is not None
    if not english_grammar and (japanese_grammar or japanese_first):
        return "ja"
    weight = LETTERS_PER_CHARACTER * len(japanese)
    heavier = english_grammar and weight > sum(len(token.surface) for token in latin)
    return "ja" if heavier else "en"


def _neutral(token: Token, lowered: set[str]) -> bool:
    """Return whether a token belongs to no language: a number, symbol, unit, single letter, formula or acronym."""
    surface = token.surface
    if token.kind != "latin":
        return token.kind != "japanese"
    if len(surface) == 1 or surface in _UNIT_SIGNS:
        return True
    acronym = surface.isupper() and len(surface) <= _ACRONYM_LETTERS and surface not in _NOT_ACRONYM
    formula = any(char.isdigit() for char in surface)
    return surface.isascii() and (formula or (acronym and surface.casefold() not in lowered))


def _is_chinese(japanese: str) -> bool:
    """Return whether ideographs without hiragana are Chinese: not all in Shift_JIS, or with Chinese function words."""
    if HIRAGANA_LETTER.search(japanese):
        return False
    ideographs = KANJI_LETTER.findall(japanese)
    if not all(map(_in_shift_jis, ideographs)) or japanese in _CHINESE_REPLIES:
        return True
    return len(ideographs) > 3 and not KANA_LETTER.search(japanese) and _CHINESE.search(japanese) is not None


def _in_shift_jis(ideograph: str) -> bool:
    """Return whether Shift_JIS holds an ideograph: that of Windows, or that with JIS X 0213 (鷗, 頰)."""
    return any(ideograph.encode(encoding, "ignore") for encoding in ("cp932", "shift_jis_2004"))
