"""What two languages say together: passages of one language that the other bears out gain by it.

A corpus of two languages tells much of what it knows in both, as translations or in other words. Each language is found
by evidence of its own, words by its own tokens and meanings on its own side of the encoder's space, so where both find
the same matter that is two witnesses. A passage's score rises by that of the passage of the other language nearest to
it, as far as the two are near:

    gain(c) = max over d of the other language: max(0, cosine(c, d) - NEAR) * max(0, score(d))

Both vectors are taken relative to the centroid of their language, or every pair would be far. Passages of one language
never gain by each other: a corpus of one language, or a matter told in one, is ranked as it would be without. It is
score regularisation (Diaz, "Regularizing ad hoc retrieval scores", CIKM 2005) with only the edges that cross languages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rag.records import Chunk, Language

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NEAR = 0.4
"""Centred cosine above which two passages tell the same: of unrelated ones 99 in 100 are below it."""


def cross_language_boost(
    scores: Mapping[str, float],
    chunks: Mapping[str, Chunk],
    vectors: Mapping[str, NDArray[np.float32]],
    centroids: Mapping[Language, NDArray[np.float32]],
) -> dict[str, float]:
    """What chunks gain by those of the other language, by id. Vectors and centroids have shape (dimensions,)."""
    import numpy as np

    sides = [[one for one in scores if chunks[one].language == language] for language in centroids]
    if len(sides) < 2 or not all(sides):
        return {}
    here, there = (
        _directions(np.stack([vectors[one] for one in side]) - centroids[language])
        for side, language in zip(sides, centroids, strict=True)
    )
    near = np.maximum(here @ there.T - NEAR, 0)
    said_here, said_there = (np.maximum([scores[one] for one in side], 0) for side in sides)
    gained = np.concatenate([(near * said_there).max(axis=1), (near.T * said_here).max(axis=1)])
    return dict(zip([*sides[0], *sides[1]], gained.tolist(), strict=True))


def _directions(rows: NDArray[np.float32]) -> Any:
    """The rows at length 1; one of zeros, as of a language with a single passage, stays."""
    import numpy as np

    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
