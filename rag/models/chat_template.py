"""Chat templates of GGUF files: foreign programs, run once in a worker before llama.cpp runs them in this process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from rag.errors import ModelUnavailable
from rag.messages import Message
from rag.models.gguf_header import texts
from rag.worker.limits import GIGABYTE, LimitExceeded, Limits
from rag.worker.pool import run_task

_KEY: Final = "tokenizer.chat_template"
_LIMITS: Final = Limits(seconds=5.0, memory=GIGABYTE // 2, output=GIGABYTE // 64)
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
            Message("Rendering the chat template of this file {what}", what=Message.of(error.what)),
            where=str(path),
            do="Take the file from a publisher whom you trust.",
        ) from error


def rendered(path: str) -> Iterator[str]:
    """Yield the prompts that the templates of a file make of a few chats; those that fail make none.

    Raises LimitExceeded for a loop over a range that Jinja's sandbox refuses and llama.cpp would run.
    """
    from jinja2 import TemplateError

    for template in texts(Path(path), _KEY):
        for chat in _CHATS:
            try:
                yield _render(template, chat)
            except OverflowError as error:
                raise LimitExceeded("loops without end") from error
            except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError):
                continue


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
