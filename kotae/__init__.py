"""Does retrieval help a quantised language model, in Japanese and in English, and on which questions?

    import kotae

    kotae.ingest("documents")
    print(kotae.open_chain().invoke("日本の首都は？").text)

Everything in `__all__` is imported when it is first used, so that `import kotae` itself is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kotae.shadowing import require_own_packages

if TYPE_CHECKING:
    from kotae.api import (
        build_report,
        evaluate_set,
        grade,
        ingest,
        load_run,
        open_chain,
        open_index,
        open_model,
        open_retriever,
    )
    from rag.errors import KotaeError
    from rag.factory import IndexSettings, ModelSettings
    from rag.generation.chain import Question, build_chain
    from rag.generation.prompt_file import load_prompt
    from rag.records import Answer, Decoding

__all__ = [
    "Answer",
    "Decoding",
    "IndexSettings",
    "KotaeError",
    "ModelSettings",
    "Question",
    "build_chain",
    "build_report",
    "evaluate_set",
    "grade",
    "ingest",
    "load_prompt",
    "load_run",
    "open_chain",
    "open_index",
    "open_model",
    "open_retriever",
]

_ELSEWHERE = {
    "Answer": "rag.records",
    "Decoding": "rag.records",
    "IndexSettings": "rag.factory",
    "KotaeError": "rag.errors",
    "ModelSettings": "rag.factory",
    "Question": "rag.generation.chain",
    "build_chain": "rag.generation.chain",
    "load_prompt": "rag.generation.prompt_file",
}
"""Public names that are not in `kotae.api`, by module."""

require_own_packages()
import_module("rag")  # sets up the threads of engines that are imported after kotae


def __getattr__(name: str) -> Any:
    """Import a public name."""
    if name not in __all__:
        raise AttributeError(f"module 'kotae' has no attribute {name!r}")
    from rag.settings import configure_libraries

    configure_libraries(offline=False)  # before chromadb and transformers are imported, which read the environment once
    value = globals()[name] = getattr(import_module(_ELSEWHERE.get(name, "kotae.api")), name)
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
