"""How well `kotae eval check` tells whether evidence holds the answer, against a set whose file says so.

Run with `python -m tests.benchmarks.evidence_check FOLDER`, a folder with documents.jsonl and questions.jsonl whose
questions have `answer_in_doc`, as NIILC's do.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

from eval.dataset.load import load_dataset
from eval.set_check.evidence import holds_answer


def main(folder: Path) -> None:
    """Print how often the check agrees with the set's own mark."""
    documents, questions = (
        [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]
        for name in ("documents.jsonl", "questions.jsonl")
    )
    texts = {document["id"]: document["text"] for document in documents}
    asked = [question for question in questions if question["doc_id"] in texts and "answer_in_doc" in question]
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "set.jsonl"
        lines = (
            {"question": row["question"], "answers": row["answers"], "context": texts[row["doc_id"]]} for row in asked
        )
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        items = load_dataset(path).items
    counts = Counter(
        (question["answer_in_doc"], holds_answer(item, [gold.text for gold in item.gold]))
        for question, item in zip(asked, items, strict=True)
    )
    print(f"{len(asked)} questions; (the set says that the document holds the answer, the check): number")
    for pair, number in sorted(counts.items(), key=str):
        print(pair, number)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
