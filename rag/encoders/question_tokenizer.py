"""The bundled encoder's tokenizer for questions: built from those of its 250,002 pieces that occur in the text.

Making one of all of them takes longer than everything else that is done for a question.
"""

from __future__ import annotations

import re
from operator import itemgetter

from rag.encoders.bundled import Vocabulary, build_tokenizer, read_vocabulary


class QuestionTokenizer:
    """Gives texts the numbers that the whole tokenizer gives them. Thread-safe."""

    def __init__(self) -> None:
        """Read the vocabulary. Raises ModelUnavailable."""
        self._vocabulary = read_vocabulary()
        pieces, special = self._vocabulary.pieces, self._vocabulary.special
        self._numbers = {piece: number for number, (piece, _) in enumerate(pieces)}
        self._longest = max(map(len, self._numbers))
        # What no piece covers scores a little less than the piece that scores least.
        least = min(pieces, key=itemgetter(1))[0]
        self._always = {*special, self._numbers[least]}
        self._special = re.compile("|".join(re.escape(pieces[number][0]) for number in special))
        self._normalizer = build_tokenizer(self._part(sorted(self._always))).normalizer

    def encode(self, text: str) -> list[int]:
        """Return the numbers of a text's pieces, those of its begin and end included."""
        kept = sorted(self._always.union(*map(self._standing_in, self._special.split(text))))
        return [kept[number] for number in build_tokenizer(self._part(kept)).encode(text).ids]

    def _standing_in(self, text: str) -> set[int]:
        """Return the pieces that are in a text, at its beginning or after a space or not."""
        text = self._normalizer.normalize_str(text).replace(" ", "▁")
        parts = {text[i:j] for i in range(len(text)) for j in range(i + 1, min(i + self._longest, len(text)) + 1)}
        return {self._numbers[part] for part in parts | {f"▁{part}" for part in parts} | {"▁"} if part in self._numbers}

    def _part(self, kept: list[int]) -> Vocabulary:
        """Return the vocabulary of some pieces, which get new numbers in the same order."""
        begin, end, pad, unknown = (kept.index(number) for number in self._vocabulary.special)
        return Vocabulary([self._vocabulary.pieces[number] for number in kept], (begin, end, pad, unknown))
