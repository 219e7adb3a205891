"""Chat templates of GGUF files: programs of others, run once in a worker before llama.cpp runs them in this process."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from rag.errors import ModelUnavailable
from rag.worker.limits import GIGABYTE, LimitExceeded, Limits
from rag.worker.pool import run_task

_KEY: Final = "tokenizer.chat_template"
_LIMITS: Final = Limits(seconds=5.0, memory=GIGABYTE // 2, output=GIGABYTE // 64)
_TEXT, _ARRAY = 8, 9
_SIZES: Final = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
"""Bytes of a value, by the number of its type in GGUF."""
_CHATS: Final = (
    [("system", "Answer."), ("user", "日本の首都は？")],
    [("user", "Question")],
    [("user", "Question"), ("assistant", "Answer"), ("user", "Question")],
)


def require_bounded(path: Path) -> None:
    """Raise ModelUnavailable for a GGUF file whose chat template does not end in time, or writes without measure."""
    try:
        for _ in run_task("rag.models.chat_template:rendered", {"path": str(path)}, _LIMITS):
            pass
    except LimitExceeded as error:
        raise ModelUnavailable(
            f"Rendering the chat template of this file {error.what}",
            where=str(path),
            do="Take the file from a publisher whom you trust.",
        ) from error


def rendered(path: str) -> Iterator[str]:
    """Yield the prompts that the templates of a file make of a few chats; those that fail make none.

    Raises LimitExceeded for a loop over a range that Jinja's sandbox refuses and llama.cpp would run.
    """
    from jinja2 import TemplateError

    for template in templates(Path(path)):
        for chat in _CHATS:
            try:
                yield _render(template, chat)
            except OverflowError as error:
                raise LimitExceeded("loops without measure") from error
            except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError):
                continue


def templates(path: Path) -> list[str]:
    """Return the chat templates in the header of a GGUF file; of a damaged one, those before the damage."""
    found: list[str] = []
    try:
        with path.open("rb") as file:
            file.seek(16)  # after magic, version and the number of tensors
            (count,) = _numbers(file, "<Q")
            for _ in range(count):
                key = _read_text(file)
                (kind,) = _numbers(file, "<I")
                if kind == _TEXT and key.startswith(_KEY):
                    found.append(_read_text(file))
                else:
                    _skip(file, kind)
    except (EOFError, OSError, struct.error, KeyError, OverflowError, MemoryError):
        pass
    return found


def _render(template: str, chat: list[tuple[str, str]]) -> str:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols", "jinja2.ext.do"]
    )
    environment.globals["strftime_now"] = lambda _: "2000-01-01"
    environment.globals["raise_exception"] = _refuse
    messages = [{"role": role, "content": content} for role, content in chat]
    return environment.from_string(template).render(
        messages=messages, add_generation_prompt=True, bos_token="", eos_token="", tools=None, enable_thinking=False
    )


def _refuse(reason: Any) -> None:
    raise ValueError(str(reason))


def _numbers(file: BinaryIO, form: str) -> tuple[int, ...]:
    return struct.unpack(form, file.read(struct.calcsize(form)))


def _read_text(file: BinaryIO) -> str:
    (length,) = _numbers(file, "<Q")
    data = file.read(length)
    if len(data) < length:
        raise EOFError
    return data.decode("utf-8", "replace")


def _skip(file: BinaryIO, kind: int) -> None:
    if kind == _TEXT:
        (length,) = _numbers(file, "<Q")
        file.seek(length, 1)
    elif kind == _ARRAY:
        item, count = _numbers(file, "<IQ")
        if item in _SIZES:
            file.seek(_SIZES[item] * count, 1)
        else:
            for _ in range(count):
                _skip(file, item)
    else:
        file.seek(_SIZES[kind], 1)
