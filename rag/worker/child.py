"""The worker's side: do one task after the other until the process that started it is gone.

A task is a function, named "module:function", that takes the arguments (from JSON) and yields results (as JSON).
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import warnings
from collections.abc import Iterable
from typing import Any, BinaryIO

from rag.errors import KotaeError, first_line
from rag.messages import packed
from rag.worker.frames import FrameKind, read_frame, write_frame
from rag.worker.limits import GIGABYTE, limit_memory, limit_processor, peak_memory

_RETIRES = GIGABYTE // 2
"""A worker that has had so many bytes in memory ends after its task, which gives them back."""


def main() -> None:
    """Serve the pipe on stdin and stdout; whatever a library prints goes nowhere."""
    warnings.simplefilter("ignore")
    requests = os.fdopen(os.dup(0), "rb")
    results = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    sys.stdout = sys.stderr = os.fdopen(os.dup(nowhere), "w", encoding="utf-8")
    try:
        write_frame(results, FrameKind.READY)
        serve(requests, results)
    except (EOFError, OSError):  # the other process is gone
        os._exit(0)


def serve(requests: BinaryIO, results: BinaryIO) -> None:
    """Answer requests until there are no more, or memory is to be given back. Raises EOFError at their end."""
    retires = False
    while not retires:
        _, content = read_frame(requests, GIGABYTE)
        request = json.loads(content)
        limit_memory(request["memory"])
        limit_processor(request["seconds"])
        try:
            for result in results_of(request["task"], request["arguments"]):
                write_frame(results, FrameKind.RESULT, result)
            retires = peak_memory() >= _RETIRES
            write_frame(results, FrameKind.END, b"last" if retires else b"")
        except KotaeError as error:
            about = {
                "error": type(error).__name__,
                **{name: packed(getattr(error, name)) for name in ("what", "where", "do")},
            }
            retires = peak_memory() >= _RETIRES
            write_frame(results, FrameKind.ERROR, as_json(about))
        except MemoryError:
            write_frame(results, FrameKind.MEMORY)
            return
        except (EOFError, OSError):
            raise
        except Exception as error:  # whatever a task does, the process that started it goes on
            write_frame(results, FrameKind.CRASH, first_line(error)[:400].encode("utf-8", "replace"))
            return


def results_of(task: str, arguments: dict[str, Any]) -> Iterable[bytes]:
    """Yield the results of a task. Raises whatever it raises."""
    module, _, name = task.partition(":")
    yield from map(as_json, getattr(importlib.import_module(module), name)(**arguments))


def as_json(value: Any) -> bytes:
    """Return a value as JSON in UTF-8; a lone surrogate becomes a question mark."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
