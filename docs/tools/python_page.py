"""The page of the public names of `import kotae`, from their docstrings."""

from __future__ import annotations

import inspect
import re
import typing
from enum import Enum
from pathlib import Path, PurePath
from typing import Any

import kotae

PATH = Path(__file__).parents[1] / "python.md"
WIDTH = 100  # columns of a signature


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
        ways = typing.get_overloads(value) if inspect.isfunction(value) else ()
        signatures = "\n".join(_signature(name, way) for way in ways or (value,))
        parts.append(f"\n```python\n{signatures}\n```\n")
    text = inspect.getdoc(value) or ""
    parts.append(
        "\n" + re.sub(r"^>>> .*(?:\n.+)*", lambda example: f"```python\n{example[0]}\n```", text, flags=re.M) + "\n"
    )
    for method, function in vars(value).items() if inspect.isclass(value) else ():
        if isinstance(function, property) and not method.startswith("_") and function.__doc__:
            parts.append(f"\n- `.{method}`: {' '.join((inspect.getdoc(function) or '').split())}\n")
        if inspect.isfunction(function) and not method.startswith("_") and function.__doc__:
            text = inspect.getdoc(function) or ""
            parts.append(
                f"\n- `.{_signature(method, function)}`: {' '.join(text.split(chr(10) + chr(10))[0].split())}\n"
            )
    return "".join(parts)


def _signature(name: str, value: Any) -> str:
    """Return the call with its annotations as written: on one line, or one parameter a line where that is long."""
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return f"{name}(...)"
    parameters: list[str] = []
    for parameter in signature.parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not any(part.startswith("*") for part in parameters):
            parameters.append("*")
        parameters.append(_parameter(parameter))
    returned = signature.return_annotation
    end = "" if returned in (signature.empty, None, "None") else f" -> {_annotation(returned)}"
    line = f"{name}({', '.join(parameters)}){end}"
    return line if len(line) <= WIDTH else f"{name}(\n    " + ",\n    ".join(parameters) + f",\n){end}"


def _parameter(parameter: inspect.Parameter) -> str:
    text = f"*{parameter.name}" if parameter.kind is parameter.VAR_POSITIONAL else parameter.name
    if parameter.annotation is not parameter.empty:
        text += f": {_annotation(parameter.annotation)}"
    if parameter.default is not parameter.empty:
        text += f" = {_default(parameter.default)}"
    return text


def _annotation(annotation: Any) -> str:
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation).rpartition(".")[2]


def _default(value: Any) -> str:
    if isinstance(value, PurePath):
        return f'Path("{value.as_posix()}")'
    return f"{type(value).__name__}.{value.name}" if isinstance(value, Enum) else repr(value)
