"""Does retrieval help a quantised language model, in Japanese and in English, and on which questions?

    import kotae

    kotae.ingest("documents")
    kotae.ask("日本の首都は？")
    kotae.evaluate("verify.xlsx")

Everything in `__all__` is imported when it is first used, so that `import kotae` itself is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kotae.shadowing import require_own_packages

if TYPE_CHECKING:
    from eval.runs.arms import Arm
    from kotae.api import ask, ingest, open_chain, open_index, open_model, open_retriever, retrieve
    from kotae.drafts import make_set
    from kotae.experiments import compare, evaluate, evaluate_arms, grade, load_run
    from kotae.results import ArmComparison, Evaluation
    from rag.errors import KotaeError
    from rag.factory import IndexSettings, ModelSettings
    from rag.generation.chain import Question, build_chain
    from rag.generation.prompt_file import load_prompt
    from rag.records import Answer, Decoding

__all__ = [
    "Answer",
    "Arm",
    "ArmComparison",
    "Decoding",
    "Evaluation",
    "IndexSettings",
    "KotaeError",
    "ModelSettings",
    "Question",
    "ask",
    "build_chain",
    "compare",
    "evaluate",
    "evaluate_arms",
    "grade",
    "ingest",
    "load_prompt",
    "load_run",
    "make_set",
    "open_chain",
    "open_index",
    "open_model",
    "open_retriever",
    "retrieve",
]

_ELSEWHERE = {
    "Answer": "rag.records",
    "Arm": "eval.runs.arms",
    "ArmComparison": "kotae.results",
    "Decoding": "rag.records",
    "Evaluation": "kotae.results",
    "IndexSettings": "rag.factory",
    "KotaeError": "rag.errors",
    "ModelSettings": "rag.factory",
    "Question": "rag.generation.chain",
    "build_chain": "rag.generation.chain",
    "compare": "kotae.experiments",
    "evaluate": "kotae.experiments",
    "evaluate_arms": "kotae.experiments",
    "grade": "kotae.experiments",
    "load_prompt": "rag.generation.prompt_file",
    "load_run": "kotae.experiments",
    "make_set": "kotae.drafts",
}
"""Public names that are not in `kotae.api`, by module."""

_FORMER = ("build_report", "evaluate_set")
"""Names of version 0.1, which still work, with a notice."""

require_own_packages()
import_module("rag")  # sets up the threads of engines that are imported after kotae


def __getattr__(name: str) -> Any:
    """Import a public name."""
    if name in _FORMER:
        return getattr(import_module("kotae.former"), name)
    if name not in __all__:
        raise AttributeError(f"module 'kotae' has no attribute {name!r}")
    from rag.settings import configure_libraries

    configure_libraries(offline=False)  # before chromadb and transformers are imported, which read the environment once
    value = globals()[name] = getattr(import_module(_ELSEWHERE.get(name, "kotae.api")), name)
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
