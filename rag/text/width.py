"""The display width of text in columns, and lines of a width."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from unicodedata import east_asian_width

_OPENING: Final = "（「『【［([{"
_CLOSING: Final = "、。，．：；！？）」』】］・ー…々ぁぃぅぇぉっゃゅょァィゥェォッャュョ)]},.:;!?"


def display_width(text: str) -> int:
    """Return the columns that a text takes, two for a Japanese letter.

    >>> display_width("東京 Tokyo")
    10
    """
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def wrapped(text: str, width: int) -> str:
    """Return a text in lines of at most `width` columns, broken at spaces and between Japanese letters.

    No line starts with a closing mark or ends with an opening one.

    >>> print(wrapped("日本語の文（例）、English too", 12))
    日本語の文
    （例）、
    English too
    """
    lines = [""]
    for piece in _pieces(text):
        line = lines[-1] + piece
        if lines[-1] and display_width(line.rstrip()) > width:
            lines[-1] = lines[-1].rstrip()
            lines.append(piece.lstrip())
        else:
            lines[-1] = line
    return "\n".join(lines).rstrip()


def _pieces(text: str) -> Iterator[str]:
    """Yield the parts of a text between which a line may end; a space belongs to the part after it."""
    piece = ""
    for letter in text:
        wide = display_width(letter + piece[-1:]) > len(letter + piece[-1:])
        if piece and (letter == " " or wide) and letter not in _CLOSING and piece[-1] not in _OPENING + " ":
            yield piece
            piece = ""
        piece += letter
    yield piece
