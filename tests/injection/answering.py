"""Answers of the bundled model, kept in a file by a hash of all that they depend on, as each takes seconds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from langchain_core.prompt_values import PromptValue

from rag.generation.chain import GroundedChain, Prepared
from rag.generation.prompt_file import load_prompt
from rag.models.local import LocalChatModel


class Answerer:
    """Asks the bundled model, greedily, what `file` has no answer to yet."""

    def __init__(self, file: Path, max_tokens: int) -> None:
        self._file = file
        self.model = LocalChatModel(max_tokens=max_tokens)
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        self._known: dict[str, str] = {kept["key"]: kept["answer"] for kept in map(json.loads, lines)}

    def plainly(self, prompt: PromptValue) -> str:
        """What the model says to a prompt, whatever that is."""
        return self._kept("plain", prompt, lambda: str(self.model.invoke(prompt).text).strip())

    def grounded(self, prepared: Prepared) -> str:
        """What kotae's chain makes of a question: where the answer is in the wrong language it asks once more."""

        def ask() -> str:
            answer = GroundedChain(self.model, None, load_prompt()).answer([prepared])[0]
            if isinstance(answer, Exception):
                raise answer
            return answer.text

        return self._kept(f"chain {prepared.question.language}", prepared.prompt, ask)

    def key(self, way: str, prompt: PromptValue) -> str:
        """The hash of what an answer depends on: the way it is asked, model, decoding and prompt."""
        text = json.dumps([way, self.model.max_tokens, self.model.engine.identity, prompt.to_string()])
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def _kept(self, way: str, prompt: PromptValue, ask: Callable[[], str]) -> str:
        key = self.key(way, prompt)
        if key not in self._known:
            self._known[key] = ask()
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": key, "answer": self._known[key]}, ensure_ascii=False) + "\n")
        return self._known[key]
