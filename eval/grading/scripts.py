"""Find a name that an answer writes in the other script, by its sound: メアリー・シェリー for "Mary Shelley"."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from rag.groundedness.sounds import same_name
from rag.text.letters import KATAKANA
from rag.text.tokens import is_name, tokenise

_KANA_WORD = re.compile(f"[{KATAKANA}]+")
_KANA_NAME = re.compile(f"[{KATAKANA}]{{2,}}(?:[・=\\s]?[{KATAKANA}]{{1,}})*")
_LATIN_NAME = re.compile(r"[^\W\d_a-z][^\W\d_]+(?:[ -](?:[a-z]{2,3} )?[^\W\d_a-z][^\W\d_]+){0,4}")
_BETWEEN = re.compile(r"[・=\s]+")
_UNHEARD = re.compile(r"r(?![aeiouyr])", re.IGNORECASE)
_MOST = 12  # names of a text that are looked at


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
