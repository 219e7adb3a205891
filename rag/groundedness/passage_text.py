"""A passage as spans of answers are looked up in it: what the prompt had of it, in canonical form, cut into words."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection
from dataclasses import dataclass

from rag.groundedness.spans import counted_by
from rag.lexical.terms import english_words
from rag.records import Hit
from rag.safety.injection_filter import InjectionFilter, Sanitized
from rag.safety.sanitize import sanitize_label, sanitize_passage
from rag.text.canonical import canonical_document
from rag.text.letters import JAPANESE_LETTER
from rag.text.numbers.quantities import Value, read_numbers
from rag.text.tokens import Token, tokenise
from rag.text.words import words


@dataclass(frozen=True, slots=True)
class PassageText:
    """The text of a passage below its title, its tokens, and its numbers and dates with what they count."""

    text: str
    tokens: tuple[Token, ...]
    values: tuple[tuple[Value, frozenset[str]], ...]

    @property
    def japanese(self) -> bool:
        """Whether any letter is Japanese, so that the text may contain an English word in translation."""
        return JAPANESE_LETTER.search(self.text) is not None


def passage_text(hit: Hit, left_out: Collection[str] = (), *, titled: bool = True) -> PassageText:
    """Read the passage of a hit as the model was given it: its title and its text, without what was `left_out`."""
    title = _given(sanitize_label, hit.chunk.title, left_out) if titled else ""
    return read_passage(f"{title}\n{_given(sanitize_passage, hit.chunk.text, left_out)}")


def _given(sanitize: Callable[[str, InjectionFilter], Sanitized], text: str, left_out: Collection[str]) -> str:
    dropped = sanitize(text, InjectionFilter.DROP)
    was_dropped = all(removed in left_out for removed in dropped.removed)
    return dropped.text if was_dropped else sanitize(text, InjectionFilter.OFF).text


@functools.lru_cache(maxsize=512)
def read_passage(text: str) -> PassageText:
    """Read any text, such as a question, as a passage."""
    plain = canonical_document(text)
    values = tuple((value, counted_by(plain, value)) for value in read_numbers(plain).values)
    return PassageText(plain, tokenise(plain), values)


@functools.lru_cache(maxsize=512)
def word_keys(text: str) -> frozenset[str]:
    """Return the keys and stems of the words of a canonical text."""
    return frozenset(form for token in tokenise(text) if token.key for form in (token.key, token.stem))


@functools.lru_cache(maxsize=512)
def english_stems(text: str) -> frozenset[str]:
    """Return the English words of a canonical text, stemmed; those of a Japanese one are loans and names too."""
    return frozenset((*words(text, "en"), *(english_words(text) if JAPANESE_LETTER.search(text) else ())))
