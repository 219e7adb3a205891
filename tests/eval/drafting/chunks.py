"""Passages for the tests of drafting, as ingest would cut them."""

from __future__ import annotations

from eval.drafting.targets import DraftTarget, find_targets
from rag.records import Chunk
from rag.text.language import detect

BRIDGE = (
    "The Forth Bridge crosses the firth west of Edinburgh. Work began in 1882 and took the lives of 73 men. "
    "Its main spans measure 521 metres. The contract went to the firm of William Arrol."
)
HASHI = (
    "フォース橋は、スコットランドのフォース湾にかかる鉄道橋である。工事は1882年に始まり、73人が命を落とした。"
    "この橋の径間は521メートルである。工事を請け負ったのはウィリアム・アロルの会社であった。"
)


def chunk(text: str, title: str = "", source: str = "en/a.md", start: int = 0) -> Chunk:
    return Chunk(f"{source}#{start}", text, title, source, detect(text), start, start + len(text), 0)


def target(text: str, answer: str, title: str = "") -> DraftTarget:
    """The one target of a text with this answer."""
    (found,) = [target for target in find_targets(chunk(text, title)) if target.answer == answer]
    return found
