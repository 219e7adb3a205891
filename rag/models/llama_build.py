"""The build of llama.cpp in use: answers to near ties depend on its version, compiler and instruction set."""

from __future__ import annotations

import functools
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rag.errors import ModelUnavailable
from rag.messages import Message
from rag.text.terminal_text import one_line

_SECONDS = 60.0
_MOST = 300  # characters of what an executable says about itself
_TRY = "Run it with --version to see, or omit --llama-server."


@functools.cache
def llama_build() -> str | None:
    """Return package, version and instruction set of llama.cpp, such as "xllamacpp 2026.10 (AVX2, FMA)"; None without.

    This is what the library was compiled for; the processor may have more.
    """
    try:
        import xllamacpp

        return f"xllamacpp {version('xllamacpp')} ({', '.join(instructions(xllamacpp.get_system_info()))})"
    except (ImportError, PackageNotFoundError):
        return None


def instructions(system_info: str) -> list[str]:
    """Return the features that llama.cpp names as switched on.

    >>> instructions("CPU : SSE3 = 1 | AVX2 = 1 | AMX_INT8 = 0 | REPACK = 1 | ")
    ['SSE3', 'AVX2', 'REPACK']
    """
    return re.findall(r"(\w+) = 1\b", system_info)


def server_build(name: str) -> str:
    """Return what a `llama-server` says of its version, its compiler and its instruction set.

    An executable keeps its build as long as this process lives. Raises ModelUnavailable for what is none.
    """
    executable = find_executable(name)
    about = [line.strip() for line in _ask(executable, "--version").splitlines()]
    named = [line for line in about if line.startswith(("version: ", "built with "))]
    if not named or named[0].startswith("built"):
        raise ModelUnavailable("This is not llama-server: it does not report a version", where=str(executable), do=_TRY)
    with tempfile.TemporaryDirectory(prefix="kotae-") as folder:
        # It says what it was compiled for before it finds that there is no model.
        nothing = Path(folder, "none")
        log = _ask(executable, "-m", f"{nothing}.gguf", "--host", f"{nothing}.sock", "-lv", "4", "--offline")
    system_info = "".join(re.findall(r"system_info:.*", log)[:1])
    build = one_line(f"llama-server {', '.join(named)}")[:_MOST]
    features = instructions(system_info.partition(" | ")[2])  # before it is the number of threads
    build += f" ({', '.join(features) or 'instruction set unknown'})"
    if _builds.setdefault(executable, build) != build:
        raise ModelUnavailable(
            Message(
                "This executable was replaced while it was in use: {builds} before, {build} now",
                builds=_builds[executable],
                build=build,
            ),
            where=str(executable),
            do="Start kotae again: all answers that it compares must come from one build.",
        )
    return build


_builds: dict[Path, str] = {}


def find_executable(name: str) -> Path:
    """Return the path of an executable, also of one on PATH. Raises ModelUnavailable."""
    path = shutil.which(os.path.expanduser(name))
    if path is None:
        raise ModelUnavailable(
            Message("This is not an executable: {name}", name=name), do="Give --llama-server the path of llama-server."
        )
    return Path(path).absolute()


def server_environment() -> dict[str, str]:
    """Return an environment without the variables that are options of llama-server: what it does is decided here."""
    return {name: value for name, value in os.environ.items() if not name.startswith("LLAMA_")}


def _ask(executable: Path, *arguments: str) -> str:
    try:
        ended = subprocess.run(  # noqa: S603 - the user's own executable
            [executable, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_SECONDS,
            check=False,
            env=server_environment(),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        what = (
            Message("takes more than {seconds:.0f} s", seconds=_SECONDS)
            if isinstance(error, subprocess.TimeoutExpired)
            else str(error)
        )
        raise ModelUnavailable(
            Message("llama-server does not start: {what}", what=what), where=str(executable), do=_TRY
        ) from error
    text = ended.stdout.decode(errors="replace")
    if ended.returncode < 0:
        what = ending(ended.returncode, text.splitlines()[-1:])
        raise ModelUnavailable(
            Message("llama-server does not start: {what}", what=what), where=str(executable), do=_TRY
        )
    return text


def ending(status: int, lines: Iterable[str]) -> str:
    """Return how a process ended, by its status or that of a shell, and what it wrote last."""
    number = -status if status < 0 else status - 128
    names = {each.value: each.name for each in signal.Signals}
    return " / ".join([names.get(number, f"exit status {status}"), *(one_line(line)[:200] for line in lines)])
