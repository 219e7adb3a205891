"""Lines of a table for the terminal, in a language: a column is as wide as its widest cell, wherever it is shown."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rag.messages import Message, translated
from rag.records import Language
from rag.text.width import display_width


def in_columns(
    rows: Sequence[Sequence[str]], language: Language = "en", *, right: Collection[int] = (), gap: int = 1
) -> str:
    """Return rows as lines with `gap` spaces between columns, messages in the language; columns `right` end alike.

    >>> print(in_columns([("a", "1", "x"), ("東京", "23", "")], right=[1]))
    a     1 x
    東京 23
    """
    texts = [[translated(cell, language) if isinstance(cell, Message) else cell for cell in row] for row in rows]
    widths = [max(map(display_width, column)) for column in zip(*texts, strict=True)]
    lines = []
    for row in texts:
        spaces = [" " * (width - display_width(cell)) for cell, width in zip(row, widths, strict=True)]
        cells = [
            space + cell if at in right else cell + space
            for at, (cell, space) in enumerate(zip(row, spaces, strict=True))
        ]
        lines.append((" " * gap).join(cells).rstrip())
    return "\n".join(lines)
