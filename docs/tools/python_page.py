"""The page of the public names of `import kotae`, from their docstrings."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import kotae

PATH = Path(__file__).parents[1] / "python.md"


def render() -> str:
    """Return the page: its introduction as it is, then one section for each public name."""
    introduction = PATH.read_text(encoding="utf-8").partition(_MARK)[0]
    names = sorted(getattr(kotae, "__all__", ()), key=str.lower)
    return introduction + _MARK + "".join(_section(name, getattr(kotae, name)) for name in names)


_MARK = """<!-- Below: generated from the docstrings by `python -m docs.tools`. -->

## Public names

Each is `kotae.NAME`. They are imported when they are first used, so `import kotae` is quick.
"""


def _section(name: str, value: Any) -> str:
    """Return heading, signature and docstring of a public name; of a class its public methods too."""
    parts = [f"\n### {name}\n"]
    if callable(value):
        parts.append(f"\n```python\n{_signature(name, value)}\n```\n")
    parts.append(f"\n{inspect.getdoc(value) or ''}\n")
    for method, function in vars(value).items() if inspect.isclass(value) else ():
        if inspect.isfunction(function) and not method.startswith("_") and function.__doc__:
            text = inspect.getdoc(function) or ""
            parts.append(
                f"\n- `.{_signature(method, function)}`: {' '.join(text.split(chr(10) + chr(10))[0].split())}\n"
            )
    return "".join(parts)


def _signature(name: str, value: Any) -> str:
    """Return the call with its annotations as written, without the modules they are from."""
    try:
        return f"{name}{inspect.signature(value)}"
    except (TypeError, ValueError):
        return f"{name}(...)"
