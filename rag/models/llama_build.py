"""The build of llama.cpp in use: answers to near ties depend on its instruction set."""

from __future__ import annotations

import functools
import re
from importlib.metadata import PackageNotFoundError, version


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
