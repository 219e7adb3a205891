"""The passages that a question finds when its vector is the light one, and when it is sentence-transformers'.

kotae eval retrieval FOLDER --index INDEX --limit 1
python -m tests.benchmarks.question_vectors FOLDER INDEX [LIMIT]
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from eval.retrieval.questions import load_questions
from rag.encoders.embeddings import Encoder
from rag.factory import IndexSettings, open_retriever

TOP = 5


def main(folder: Path, index: Path, limit: int | None) -> None:
    light = open_retriever(IndexSettings(index, top_k=TOP))
    whole = light.model_copy(update={"index": replace(light.index, encoder=Encoder(light.index.encoder._folder))})
    queries = load_questions(folder, None, None, limit).queries
    same = same_set = same_first = 0
    cosines = []
    for query in queries:
        new, old = ([hit.chunk.id for hit in retriever.search(query.text, TOP)] for retriever in (light, whole))
        vectors = [retriever.index.encoder.encode_queries([query.text])[0] for retriever in (light, whole)]
        cosines.append(float(vectors[0] @ vectors[1]))
        same, same_set, same_first = (
            same + (new == old),
            same_set + (set(new) == set(old)),
            same_first + (new[0] == old[0]),
        )
        if new != old:
            moved = [(old.index(chunk_id) + 1 if chunk_id in old else "-") for chunk_id in new]
            print(f"{moved}: {query.text[:70]}")
    print(f"{len(queries)} questions with the same first {TOP}: in order {same}, in any order {same_set}")
    print(f"the same first: {same_first}")
    print(f"cosine of the two vectors: mean {np.mean(cosines):.6f}, least {min(cosines):.6f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else None)
