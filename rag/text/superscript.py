"""Superscript figures as letters of their own: 10⁵ is not 105."""

from __future__ import annotations

from typing import Final

RAISED: Final = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿⁱ"
_PLAIN: Final = "0123456789+-−()ni"
_TABLE: Final = str.maketrans(_PLAIN, RAISED)


def raised(text: str) -> str:
    """Return raised text in superscript letters if Unicode has them all.

    >>> raised("5"), raised("-3"), raised("[1]"), raised("注1")
    ('⁵', '⁻³', '[1]', '注1')
    """
    return text.translate(_TABLE) if is_raisable(text) else text


def is_raisable(text: str) -> bool:
    """Tell whether all letters of a text have a superscript form."""
    return 0 < len(text) <= len(_PLAIN) and not set(text) - set(_PLAIN)
