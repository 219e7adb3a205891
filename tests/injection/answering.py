"""Answers of the bundled model, kept in a file by a hash of all that they depend on, as each takes seconds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from langchain_core.prompt_values import PromptValue

from rag.chain import GroundedChain, Prepared, Question
from rag.models.local import LocalChatModel
from rag.prompt import PromptStyle


@dataclass
class Answerer:
    """Asks the bundled model, greedily, what `file` has no answer to yet. `asked` counts what it had to ask."""

    file: Path
    max_tokens: int
    asked: int = 0
    _known: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._model = LocalChatModel(max_tokens=self.max_tokens)
        if self.file.exists():
            for line in self.file.read_text(encoding="utf-8").splitlines():
                kept = json.loads(line)
                self._known[kept["key"]] = kept["answer"]

    def plainly(self, prompt: PromptValue) -> str:
        """What the model says to a prompt, once, whatever that is."""
        return self._kept("plain", prompt, lambda: str(self._model.invoke(prompt).text).strip())

    def grounded(self, prepared: Prepared) -> str:
        """What kotae's chain makes of a question: in the wrong language, it asks once more."""

        def ask() -> str:
            answer = GroundedChain(self._model, None, PromptStyle.DEFAULT).answer([prepared])[0]
            if isinstance(answer, Exception):
                raise answer
            return answer.text

        return self._kept(f"chain {prepared.question.language}", prepared.prompt, ask)

    def _kept(self, way: str, prompt: PromptValue, ask) -> str:  # type: ignore[no-untyped-def]
        text = json.dumps([way, self.max_tokens, self._model.engine.identity, prompt.to_string()])
        key = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        if key not in self._known:
            self.asked += 1
            self._known[key] = ask()
            with self.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": key, "answer": self._known[key]}, ensure_ascii=False) + "\n")
        return self._known[key]


