"""Find a name that an answer writes in another script or other kana, by its sound: メアリー for "Mary"."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from rag.groundedness.sounds import romaji, same_name
from rag.text.letters import KATAKANA
from rag.text.tokens import is_name, tokenise

_KANA_WORD = re.compile(f"[{KATAKANA}]+")
_KANA_NAME = re.compile(f"[{KATAKANA}]{{2,}}(?:[・=\\s]?[{KATAKANA}]{{1,}})*")
_LATIN_NAME = re.compile(r"[^\W\d_a-z][^\W\d_]+(?:[ -](?:[a-z]{2,3} )?[^\W\d_a-z][^\W\d_]+){0,4}")
_BETWEEN = re.compile(r"[・=\s]+")
_UNHEARD = re.compile(r"r(?![aeiouyr])", re.IGNORECASE)
_MOST = 12  # names of a text that are looked at
_SAME = 0.75  # of the letters of a part of a name in two spellings
_VOWEL = re.compile("[aeiou]")
_CONSONANTS = 3  # of a name in two spellings; ジョン is not ジョアン
_HEARD = 4  # kana from which on a reading is not by chance in a sentence: なら is in それなら
_BEFORE, _AFTER = "(?:^|(?<=[ハ、。:「『 ]))", "(?=$|[。、」』 県市国]|ケン|シデ|ノクニ|デス|デシ|ダ(?:$|[。、]))"
_TO_KATAKANA = {kana: kana + 0x60 for kana in range(ord("ぁ"), ord("ゖ") + 1)}


def in_other_script(form: str, text: str) -> Iterator[str]:
    """Yield the names in a canonical text that sound as `form` does, which is a name in the other script.

    >>> [*in_other_script("Mary Shelley", "メアリー・シェリーです。")], [*in_other_script("Jane", "ジョン")]
    (['メアリー・シェリー'], [])
    """
    tokens = [token for token in tokenise(form) if token.key]
    kana = [part for part in _BETWEEN.split(form) if part]
    if tokens and all(token.kind == "latin" and is_name(token) for token in tokens):
        for match in itertools.islice(_KANA_NAME.finditer(text), _MOST):
            if _alike([part for part in _BETWEEN.split(match.group()) if part], [token.surface for token in tokens]):
                yield match.group()
    elif kana and all(_KANA_WORD.fullmatch(part) for part in kana):
        for match in itertools.islice(_LATIN_NAME.finditer(text), _MOST):
            if _alike(kana, re.split(r"[ -]", match.group())):
                yield match.group()


def _alike(kana: Sequence[str], latin: Sequence[str]) -> bool:
    """Return whether two names of as many parts sound alike; an r before a consonant may be unheard (エドワード)."""
    if len(kana) != len(latin):
        return False
    spoken, written = "".join(kana), "".join(latin)
    return any(same_name(spoken, form, foreign=True) for form in dict.fromkeys((written, _UNHEARD.sub("", written))))


def in_other_kana(form: str, text: str) -> Iterator[str]:
    """Yield the names in a canonical text that are `form` in other kana: its reading, or a foreign name's other form.

    >>> [*in_other_kana("徳川家康", "とくがわいえやす")], [*in_other_kana("トム・ハンクス", "トム・ハンコック")]
    (['とくがわいえやす'], [])
    """
    tokens, parts = [token for token in tokenise(form) if token.key], _BETWEEN.split(form)
    if len(parts) > 1 and all(_KANA_WORD.fullmatch(part) for part in parts):
        for match in itertools.islice(_KANA_NAME.finditer(text), _MOST):
            given = _BETWEEN.split(match.group())
            if len(given) == len(parts) and all(map(_same_part, given, parts)):
                yield match.group()
    elif tokens and all(is_name(token) and _KANA_WORD.fullmatch(token.stem) for token in tokens):
        sound = "".join(token.stem for token in tokens)
        short = len(sound) < _HEARD
        found = re.search(f"{_BEFORE * short}{sound}{_AFTER * short}", text.translate(_TO_KATAKANA))
        if found is not None and not _KANA_WORD.fullmatch(form):
            yield text[found.start() : found.end()]


def _same_part(given: str, known: str) -> bool:
    """Return whether two katakana words are one name in two spellings: グレアム, グラハム."""
    mine, theirs = romaji(given), romaji(known)
    alike = len(_VOWEL.sub("", mine)) >= _CONSONANTS and SequenceMatcher(None, mine, theirs).ratio() >= _SAME
    return mine == theirs or (alike and same_name(given, theirs, foreign=True))
