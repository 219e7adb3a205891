"""The bundled encoder's tokenizer for questions: built from those of its 250,002 pieces that occur in the text.

Making one of all of them takes longer than everything else that is done for a question.
"""

from __future__ import annotations

import re

from rag.encoders.bundled import Vocabulary, build_tokenizer, open_vocabulary

_SPACE = "▁"


class QuestionTokenizer:
    """Gives texts the numbers that the whole tokenizer gives them. Thread-safe."""

    def __init__(self) -> None:
        """Read the vocabulary. Raises ModelUnavailable."""
        with open_vocabulary() as vocabulary:
            pieces, scores = vocabulary.pieces, vocabulary.scores
            self._vocabulary = vocabulary
            self._numbers = dict(zip(pieces, range(len(pieces)), strict=True))
            self._longest = max(map(len, map(bytes.decode, pieces)))  # characters
            # What no piece covers scores a little less than the piece that scores least.
            self._always = {*vocabulary.special, scores.index(min(scores))}
            self._special = re.compile("|".join(map(re.escape, vocabulary.special_pieces)))
            self._normalizer = build_tokenizer(self._part(sorted(self._always))).normalizer

    def encode(self, text: str) -> list[int]:
        """Return the numbers of a text's pieces, those of its begin and end included."""
        kept = sorted(self._always.union(*map(self._standing_in, self._special.split(text))))
        return [kept[number] for number in build_tokenizer(self._part(kept)).encode(text).ids]

    def _standing_in(self, text: str) -> set[int]:
        """Return the pieces that are in a text, at its beginning or after a space or not."""
        data = self._normalizer.normalize_str(text).replace(" ", _SPACE).encode("utf-8")
        bounds = [place for place, byte in enumerate(data) if byte & 0xC0 != 0x80] + [len(data)]
        parts = {
            data[start:end]
            for number, start in enumerate(bounds)
            for end in bounds[number + 1 : number + 1 + self._longest]
        }
        space = _SPACE.encode()
        return {
            self._numbers[part] for part in parts | {space + part for part in parts} | {space} if part in self._numbers
        }

    def _part(self, kept: list[int]) -> Vocabulary:
        """Return the vocabulary of some pieces, which get new numbers in the same order."""
        whole = self._vocabulary
        begin, end, pad, unknown = map(kept.index, whole.special)
        pieces, scores = [whole.pieces[number] for number in kept], [whole.scores[number] for number in kept]
        return Vocabulary(pieces, scores, (begin, end, pad, unknown))
