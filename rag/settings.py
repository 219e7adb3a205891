"""Defaults, each stated once, and the folders that kotae uses."""

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
DEFAULT_FLOOR = 0.95  # of the true negative rate's lower bound where similarity is calibrated
COLLECTION = "kotae"


@dataclass(frozen=True, slots=True)
class Chunking:
    """How documents are cut: whole sentences up to `max_tokens` encoder tokens, `overlap` sentences repeated."""

    max_tokens: int = 128
    overlap: int = 0

    def __str__(self) -> str:
        return f"chunks of up to {self.max_tokens} tokens with {self.overlap} sentences repeated"


@dataclass(frozen=True, slots=True)
class _Without:
    """A filter of a logger: messages that begin with `said` are left out."""

    said: re.Pattern[str]

    def filter(self, record: logging.LogRecord) -> bool:
        return self.said.match(record.getMessage()) is None


# What torchao, which gptqmodel brings and transformers imports, says of parts that kotae has no use for.
_TORCHAO = {
    "torchao": _Without(re.compile(r"Failed to load \S*torchao\S*_C|Skipping import of cpp extensions")),
    "torch.utils._pytree": _Without(
        re.compile(r"<enum '(KernelPreference|ScaleCalculationMode)'> is an Enum subclass")
    ),
}


def cache_dir() -> Path:
    """The user cache: `KOTAE_CACHE` if set, else the platform's own folder. Not created here."""
    if override := os.environ.get("KOTAE_CACHE"):
        return Path(override).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_path("kotae"))


def configure_libraries(*, offline: bool) -> None:
    """Switch off every telemetry of the libraries below, and with `offline` every hub access, for this process.

    What torchao warns of when it is imported is left out too; any other warning is shown.
    Must run before chromadb, transformers or langchain are imported: they read the environment once.
    """
    os.environ["ANONYMIZED_TELEMETRY"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["DO_NOT_TRACK"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    if offline:
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["TRANSFORMERS_OFFLINE"] = "1"
        os.environ["LANGSMITH_TRACING"] = "false"
        os.environ["LANGCHAIN_TRACING_V2"] = "false"
    for logger, without in _TORCHAO.items():
        logging.getLogger(logger).addFilter(without)
