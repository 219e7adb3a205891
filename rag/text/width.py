"""The display width of text in columns."""

from __future__ import annotations

from unicodedata import east_asian_width


def display_width(text: str) -> int:
    """Return the columns that a text takes, two for a Japanese letter.

    >>> display_width("東京 Tokyo")
    10
    """
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
