"""Defaults, the user cache, and settings of third-party libraries."""

from __future__ import annotations

import logging
import os
import re
from dataclasses import dataclass
from pathlib import Path

DEFAULT_INDEX = Path(".kotae/index")
DEFAULT_MODEL = "bundled"
DEFAULT_ENCODER = "bundled"
DEFAULT_TOP_K = 3
DEFAULT_CONTEXT = 4096  # tokens, prompt and answer together
DEFAULT_MIN_TNR = 0.95  # lower confidence bound of the true negative rate that a calibrated similarity must reach
COLLECTION = "kotae"
PROMPTS = ("default", "base", "h2ogpt", "llama2")
"""The prompts that come with kotae."""
PROMPT_SUFFIXES = (".md", ".txt")
OTHER_CHROMA = "chroma:"
"""What stands before the folder of a Chroma collection that other code made."""
"""How the names of a user's own prompts end."""


@dataclass(frozen=True, slots=True)
class Chunking:
    """Chunking parameters: whole sentences up to `max_tokens` encoder tokens, `overlap` sentences repeated."""

    max_tokens: int = 128
    overlap: int = 0

    def __str__(self) -> str:
        return f"chunks of up to {self.max_tokens} tokens with {self.overlap} sentences repeated"


@dataclass(frozen=True, slots=True)
class _Without:
    """A logging filter that drops messages whose beginning matches `pattern`."""

    pattern: re.Pattern[str]

    def filter(self, record: logging.LogRecord) -> bool:
        return self.pattern.match(record.getMessage()) is None


# gptqmodel installs torchao and transformers imports it; these warnings are about parts that kotae does not use.
_TORCHAO = {
    "torchao": _Without(re.compile(r"Failed to load \S*torchao\S*_C|Skipping import of cpp extensions")),
    "torch.utils._pytree": _Without(
        re.compile(r"<enum '(KernelPreference|ScaleCalculationMode)'> is an Enum subclass")
    ),
}


def cache_dir() -> Path:
    """Return the user cache: `KOTAE_CACHE` if set, else the platform's cache folder. Not created here."""
    if override := os.environ.get("KOTAE_CACHE"):
        return Path(override).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_path("kotae"))


def configure_libraries(*, offline: bool) -> None:
    """Switch off the telemetry of third-party libraries and, with `offline`, every hub access in this process.

    Warnings of torchao at import are suppressed too; any other warning is printed.
    Must run before chromadb, transformers or langchain are imported: they read the environment once.
    """
    os.environ["ANONYMIZED_TELEMETRY"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["DO_NOT_TRACK"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    os.environ.setdefault("LANCEDB_LOG", "error")  # its warnings are about its own deprecations
    if offline:
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["TRANSFORMERS_OFFLINE"] = "1"
        os.environ["LANGSMITH_TRACING"] = "false"
        os.environ["LANGCHAIN_TRACING_V2"] = "false"
    for logger, without in _TORCHAO.items():
        logging.getLogger(logger).addFilter(without)
