"""Equations of Word (OMML) as text on one line: S=3.14r^2, (a+b)/2, √(x)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_SIMPLE = re.compile(r"[\w.,%′']*|\([^()]*\)")


def linear(element: Any) -> str:
    """Return the text of an equation, or of a part of one.

    A fraction is a/b, a power x^2, an index x_1, a root √(x), a sum ∑_(i=1)^n; parts of several signs are in brackets.
    """
    name = element.tag.removeprefix(M) if isinstance(element.tag, str) and element.tag.startswith(M) else ""
    if name == "t":
        return element.text or ""
    write = _WRITERS.get(name)
    return write(element) if write else "".join(linear(child) for child in element)


def _part(element: Any, name: str) -> str:
    part = element.find(M + name)
    return "" if part is None else linear(part).strip()


def _group(text: str) -> str:
    return text if _SIMPLE.fullmatch(text) else f"({text})"


def _property(element: Any, name: str, otherwise: str) -> str:
    """Return a property of an element, such as its brackets; one that is given without a value is empty."""
    found = next((child for settings in element for child in settings.iterfind(M + name)), None)
    return otherwise if found is None else str(found.get(f"{M}val", ""))


def _raised(element: Any, name: str, sign: str) -> str:
    text = _part(element, name)
    return f"{sign}{_group(text)}" if text else ""


def _scripts(element: Any) -> str:
    return _group(_part(element, "e")) + _raised(element, "sub", "_") + _raised(element, "sup", "^")


def _limits(element: Any, sign: str) -> str:
    return _part(element, "e") + _raised(element, "lim", sign)


def _root(element: Any) -> str:
    degree = _part(element, "deg")
    return f"√{f'[{degree}]' if degree else ''}({_part(element, 'e')})"


def _n_ary(element: Any) -> str:
    sign = _property(element, "chr", "∫")
    return sign + _raised(element, "sub", "_") + _raised(element, "sup", "^") + f" {_group(_part(element, 'e'))}"


def _delimited(element: Any) -> str:
    inside = _property(element, "sepChr", "|").join(linear(part) for part in element.iterfind(f"{M}e"))
    return _property(element, "begChr", "(") + inside + _property(element, "endChr", ")")


def _function(element: Any) -> str:
    argument = _part(element, "e")
    bracketed = argument.startswith("(") and argument.endswith(")")
    return _part(element, "fName") + (argument if bracketed else f"({argument})")


def _matrix(element: Any) -> str:
    rows = [", ".join(linear(cell) for cell in row.iterfind(f"{M}e")) for row in element.iterfind(f"{M}mr")]
    return f"[{'; '.join(rows)}]"


_WRITERS: Mapping[str, Callable[[Any], str]] = {
    "f": lambda element: f"{_group(_part(element, 'num'))}/{_group(_part(element, 'den'))}",
    "sSup": _scripts,
    "sSub": _scripts,
    "sSubSup": _scripts,
    "sPre": lambda element: _raised(element, "sub", "_") + _raised(element, "sup", "^") + _part(element, "e"),
    "rad": _root,
    "nary": _n_ary,
    "d": _delimited,
    "func": _function,
    "limLow": lambda element: _limits(element, "_"),
    "limUpp": lambda element: _limits(element, "^"),
    "acc": lambda element: _part(element, "e") + _property(element, "chr", "\u0302"),
    "bar": lambda element: _part(element, "e") + ("\u0305" if _property(element, "pos", "bot") == "top" else "\u0332"),
    "m": _matrix,
    "phant": lambda element: "" if _property(element, "show", "1") in {"0", "off", "false"} else _part(element, "e"),
    "eqArr": lambda element: "; ".join(linear(row).strip() for row in element.iterfind(f"{M}e")),
}
