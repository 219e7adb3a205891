"""The base of engines that read and write tokens: the tokenizer, and prompts as sequences."""

from __future__ import annotations

import threading
from collections.abc import Sequence as Several

from rag.errors import ModelFailed
from rag.models.batch.model_source import ModelSource
from rag.models.batch.sequence import Sequence
from rag.models.batch.tokenizer import load_codec
from rag.models.engine import EngineOptions, TextEngine, Turn, usable_context
from rag.records import Decoding


class TokenEngine(TextEngine):
    """An engine with a tokenizer. Subclasses add their model's end tokens to `_ends`, and hold `_lock` to run it."""

    def __init__(self, source: ModelSource, identity: str, options: EngineOptions) -> None:
        """Load the tokenizer. Raises ModelUnavailable, and SettingsError for more context than the model has."""
        self.identity = identity
        self.context = usable_context(options.context, int(source.config.get("max_position_embeddings") or 0) or None)
        self._codec = load_codec(source.folder)
        self._ends = self._codec.ends
        self._lock = threading.Lock()

    def render(self, turns: Several[Turn]) -> str:
        return self._codec.render(turns)

    def count_tokens(self, text: str) -> int:
        return len(self._codec.encode(text))

    def _sequence(self, prompt: str, decoding: Decoding, stop: Several[str]) -> Sequence:
        if self.closed:
            raise ModelFailed("This model is closed")
        return Sequence.begin(self._codec, prompt, self.context, decoding.max_new_tokens, stop, self._ends)
