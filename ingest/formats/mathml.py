"""Equations of web pages and books (MathML) as text on one line, as those of Word are: x^2, (a+b)/2, √(x)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

_SIMPLE: Final = re.compile(r"[\w.,%′']*|\([^()]*\)|.")
_INVISIBLE: Final = re.compile("[\u2061-\u2064\u200b]")
_ACCENTS: Final = frozenset("¯ˉ‾˙¨^ˆ~˜→⃗")
_LEFT_OUT: Final = frozenset({"annotation", "annotation-xml", "mphantom", "mspace", "none", "mprescripts"})
_DEEPEST: Final = 100


def linear_math(element: Any, depth: int = 0) -> str:
    """Return the text of an equation, or of a part of one."""
    if not isinstance(element.tag, str) or element.tag in _LEFT_OUT:
        return ""
    if depth == _DEEPEST:
        return " ".join("".join(element.itertext()).split())
    text = _INVISIBLE.sub("", " ".join((element.text or "").split()))
    parts = [text, *(linear_math(child, depth + 1) for child in element)]
    write = _WRITERS.get(element.tag)
    return write(parts[1:]) if write and len(parts) > 1 else "".join(parts)


def _group(text: str) -> str:
    return text if _SIMPLE.fullmatch(text) else f"({text})"


def _scripts(*signs: str) -> Callable[[list[str]], str]:
    def write(parts: list[str]) -> str:
        return _group(parts[0]) + "".join(
            sign + _group(part) for sign, part in zip(signs, parts[1:], strict=False) if part
        )

    return write


def _over(parts: list[str]) -> str:
    return parts[0] + parts[1] if len(parts) > 1 and parts[1] in _ACCENTS else _scripts("^")(parts)


def _root(parts: list[str]) -> str:
    return f"√[{parts[1]}]({parts[0]})" if len(parts) > 1 else f"√({parts[0]})"


_WRITERS: Final[Mapping[str, Callable[[list[str]], str]]] = {
    "mfrac": lambda parts: "/".join(map(_group, parts)),
    "msup": _scripts("^"),
    "msub": _scripts("_"),
    "msubsup": _scripts("_", "^"),
    "munder": _scripts("_"),
    "mover": _over,
    "munderover": _scripts("_", "^"),
    "msqrt": lambda parts: f"√({''.join(parts)})",
    "mroot": _root,
    "mfenced": lambda parts: f"({', '.join(parts)})",
    "mtable": lambda parts: f"[{'; '.join(parts)}]",
    "mtr": ", ".join,
}
