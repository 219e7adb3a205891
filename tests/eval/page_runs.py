"""Runs made of scripted answers, for the tests of the HTML page."""

from __future__ import annotations

import json
from pathlib import Path

from tests.eval.scripted import REPLIES, ROWS

JA = {row[0]: row[1] for row in ROWS}
EN = {row[0]: row[3] for row in ROWS}
WITHOUT = {**REPLIES, JA["1"]: "京都", JA["3"]: "!the model is down", EN["5"]: "", EN["4"]: "string"}
WITH = {**REPLIES, JA["1"]: "答えは東京です。", JA["3"]: "弦楽器", EN["2"]: "Akira Toriyama", EN["5"]: ""}


def add_cosines(folder: Path) -> None:
    """Invented scores between 0.69 and 1.00, one of them on a threshold."""
    keys = [one["key"] for one in lines(folder) if one["answer"]]
    (folder / "cosines.json").write_text(json.dumps({key: 0.69 + 0.0165 * at for at, key in enumerate(keys)}))


def lines(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "answers.jsonl").read_text("utf-8").splitlines()]


def say(folder: Path, said: str) -> None:
    """Put a text wherever a run has text that came from a model or a document."""
    stored = lines(folder)
    for line in stored:
        del line["crc32"]
        if line["failure"]:
            line["failure"]["message"] = said
            continue
        line["answer"]["attempts"][0]["text"] = said
        for hit in line["answer"]["hits"]:
            hit["chunk"] |= {"text": said, "title": said, "source": said}
            line["answer"]["left_out"] = [said]
    text = "".join(json.dumps(line) + "\n" for line in stored)
    (folder / "answers.jsonl").write_text(text, encoding="utf-8")
