"""Boost passages that a passage of the other language confirms.

A bilingual corpus has much of its content in both languages, as translations or paraphrases. The two languages are
retrieved by independent evidence, words by their own tokens and meanings on their own side of the encoder's space, so a
match in both counts more. A passage's score rises by the score of the nearest passages of the other language, scaled by
their similarity:

    gain(c) = max over d of the other language: max(0, cosine(c, d) - NEAR) * max(0, score(d))

Both vectors are centred on their language, otherwise every pair would be far apart. Passages of one language never
boost each other, so the ranking of monolingual content does not change. This is score regularisation (Diaz,
"Regularizing ad hoc retrieval scores", CIKM 2005) with only the edges that cross languages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rag.records import Chunk, Language

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NEAR = 0.4
"""Centred cosine above which two passages have the same content; 99 of 100 unrelated pairs are below it."""


def cross_language_boost(
    scores: Mapping[str, float],
    chunks: Mapping[str, Chunk],
    vectors: Mapping[str, NDArray[np.float32]],
    centroids: Mapping[Language, NDArray[np.float32]],
) -> dict[str, float]:
    """Return the boost of each chunk, by id. Vectors and centroids have shape (dimensions,)."""
    import numpy as np

    ids = [[chunk_id for chunk_id in scores if chunks[chunk_id].language == language] for language in centroids]
    if len(ids) < 2 or not all(ids):
        return {}
    first, second = (
        _normalise_rows(np.stack([vectors[chunk_id] for chunk_id in side]) - centroids[language])
        for side, language in zip(ids, centroids, strict=True)
    )
    near = np.maximum(first @ second.T - NEAR, 0)
    first_scores, second_scores = (np.maximum([scores[chunk_id] for chunk_id in side], 0) for side in ids)
    boosts = np.concatenate([(near * second_scores).max(axis=1), (near.T * first_scores).max(axis=1)])
    return dict(zip([*ids[0], *ids[1]], boosts.tolist(), strict=True))


def _normalise_rows(rows: NDArray[np.float32]) -> Any:
    """Return the rows at length 1; a row of zeros, as of a language with a single passage, stays."""
    import numpy as np

    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
