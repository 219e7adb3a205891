"""Words of one language in a passage of the other: by the dictionary, and names by how they sound."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.errors import ModelUnavailable
from rag.groundedness.passage_text import PassageText, english_stems
from rag.groundedness.sounds import same_name
from rag.lexical.dictionary import open_dictionary
from rag.lexical.translation import Synonyms, into_english
from rag.text.language import normalise
from rag.text.letters import KATAKANA
from rag.text.tokens import Token, is_name
from rag.text.words import words

_SHARE = 0.5  # of a word's meaning that what stands in the passage must cover
_KANA = re.compile(f"[{KATAKANA}]{{2,}}")


@dataclass(frozen=True, slots=True)
class _Heard:
    """A name as it sounds, in katakana, and whether it is a foreign one."""

    sound: str
    foreign: bool


def stands_across(token: Token, passage: PassageText) -> bool:
    """Return whether a passage contains a word of an answer in the other language."""
    if token.kind == "japanese":
        return _in_english(token, passage)
    return token.kind == "latin" and passage.japanese and _in_japanese(token, passage)


def compound_stands_across(tokens: Sequence[Token], passage: PassageText) -> bool:
    """Return whether adjacent Japanese words are one in the dictionary, and a passage contains it in English."""
    groups = _translated("".join(token.surface for token in tokens))
    return len(groups) == 1 and _covered(groups[0], english_stems(passage.text))


def _translated(text: str) -> list[Synonyms]:
    try:
        return into_english(text, open_dictionary())
    except ModelUnavailable:  # a retriever of others may be in use where the dictionary was never installed
        return []


def _covered(group: Synonyms, stems: frozenset[str]) -> bool:
    return sum(share for word, share in group.items() if word in stems) >= _SHARE


def _in_english(token: Token, passage: PassageText) -> bool:
    stems = english_stems(passage.text)
    if not stems:
        return False
    if any(_covered(group, stems) for group in _translated(token.surface)):
        return True
    sound = _sound(token)
    return bool(sound) and any(
        same_name(sound, other.surface, foreign=_foreign(token))
        for other in passage.tokens
        if other.kind == "latin" and is_name(other)
    )


def _in_japanese(token: Token, passage: PassageText) -> bool:
    stems = words(token.surface, "en")
    if not stems or set(stems) <= english_stems(passage.text):
        return True
    try:
        forms = open_dictionary().japanese(stems[0])
    except ModelUnavailable:
        forms = {}
    text, cut = normalise(passage.text), {normalise(other.surface) for other in passage.tokens}
    if any(share >= _SHARE and (form in cut or (len(form) > 1 and form in text)) for form, share in forms.items()):
        return True
    return is_name(token) and any(
        same_name(name.sound, token.surface, foreign=name.foreign) for name in _heard(passage)
    )


def _heard(passage: PassageText) -> Iterator[_Heard]:
    """Yield the names of a Japanese passage as they sound; katakana that is in no dictionary may be cut into pieces."""
    for run in dict.fromkeys(_KANA.findall(passage.text)):
        yield _Heard(run, foreign=True)
    for token in passage.tokens:
        if not _foreign(token) and (sound := _sound(token)):
            yield _Heard(sound, foreign=False)


def _sound(token: Token) -> str:
    """Return how a name is read, in katakana; "" for other words."""
    if token.kind != "japanese" or not is_name(token):
        return ""
    return token.stem if _KANA.fullmatch(token.stem) else token.surface if _KANA.fullmatch(token.surface) else ""


def _foreign(token: Token) -> bool:
    return _KANA.fullmatch(token.surface) is not None
