"""Words of one language in a passage of the other: by the dictionary, and names by how they sound."""

from __future__ import annotations

import re

from rag.errors import ModelUnavailable
from rag.groundedness.passage_text import PassageText, english_stems
from rag.groundedness.sounds import same_name
from rag.lexical.dictionary import open_dictionary
from rag.lexical.translation import into_english
from rag.text.language import normalise
from rag.text.letters import KATAKANA
from rag.text.tokens import Token, is_name
from rag.text.words import words

_SHARE = 0.5  # of a word's meaning that what stands in the passage must cover
_KANA = re.compile(f"[{KATAKANA}]+")


def stands_across(token: Token, passage: PassageText) -> bool:
    """Return whether a word of an answer stands, in the other language, in a passage."""
    if token.kind == "japanese":
        return _in_english(token, passage)
    return token.kind == "latin" and passage.japanese and _in_japanese(token, passage)


def _in_english(token: Token, passage: PassageText) -> bool:
    stems = english_stems(passage.text)
    if not stems:
        return False
    try:
        groups = into_english(token.surface, open_dictionary())
    except ModelUnavailable:  # a retriever of others may be in use where the dictionary was never installed
        groups = []
    if any(sum(share for word, share in group.items() if word in stems) >= _SHARE for group in groups):
        return True
    sound = _sound(token)
    return bool(sound) and any(
        same_name(sound, other.key, foreign=_foreign(token))
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
        same_name(sound, token.key, foreign=_foreign(other)) for other in passage.tokens if (sound := _sound(other))
    )


def _sound(token: Token) -> str:
    """Return how a name is read, in katakana; "" for other words."""
    if token.kind != "japanese" or not is_name(token):
        return ""
    return token.stem if _KANA.fullmatch(token.stem) else token.surface if _KANA.fullmatch(token.surface) else ""


def _foreign(token: Token) -> bool:
    return _KANA.fullmatch(token.surface) is not None
