"""The replies of the model by prompt, appended to a file: the same drafting asks for none of them twice."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from langchain_core.prompt_values import PromptValue

from eval.runs.circuit_breaker import is_unanswered
from eval.runs.turns import ModelTurn, at_once
from rag.errors import RunError, SettingsError
from rag.generation.chain import Model
from rag.messages import Message
from rag.models.engine import Completion
from rag.models.invoke import identifying_parameters, invoke_batch, model_build, model_identity
from rag.serialize import from_json, to_jsonable
from rag.storage.disk_errors import translate_os_errors
from rag.storage.regular_files import MEBI, read_regular

_FILE: Final = "replies.jsonl"
_MAX: Final = 1024 * MEBI


@dataclass(frozen=True, slots=True)
class DraftReply:
    """What the model wrote; `key` is a hash of its prompt, the model and its settings. None for a failure."""

    key: str
    text: str | None


class ReplyJournal:
    """A model whose replies are kept, in `folder` if there is one. Each batch of prompts takes a `turn` with it."""

    def __init__(self, model: Model, folder: Path | None = None, turn: ModelTurn = at_once) -> None:
        """Read the replies of an interrupted drafting. Raises RunError for a damaged line that is not the last."""
        self._model, self._turn = model, turn
        self._path = None if folder is None else folder / _FILE
        self._identity = ""
        self._replies: dict[str, str | None] = {}
        if self._path is not None and self._path.exists():
            self._read(self._path)

    def ask(self, prompts: Sequence[PromptValue]) -> list[str | None]:
        """Return the reply to each prompt, None where the model failed.

        Raises ModelUnavailable where it is gone, and SettingsError for settings that it cannot use.
        """
        keys = [self._key(prompt) for prompt in prompts]
        new = {key: prompt for key, prompt in zip(keys, prompts, strict=True) if key not in self._replies}
        completions = self._turn(lambda: invoke_batch(self._model, list(new.values()), [], None))
        for key, completion in zip(new, completions, strict=True):
            if not _concerns_all(completion):
                self._append(DraftReply(key, None if isinstance(completion, Exception) else completion.text))
        for completion in completions:
            if isinstance(completion, Exception) and _concerns_all(completion):
                raise completion
        return [self._replies[key] for key in keys]

    def _key(self, prompt: PromptValue) -> str:
        if not self._identity:
            decoding = getattr(self._model, "decoding", None)
            parts = (
                model_identity(self._model), model_build(self._model), to_jsonable(decoding),
                identifying_parameters(self._model), getattr(self._model, "context_window", None),
            )  # fmt: skip
            self._identity = json.dumps(parts, sort_keys=True)
        messages = [[message.type, str(message.text)] for message in prompt.to_messages()]
        text = json.dumps([self._identity, messages], ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def _append(self, reply: DraftReply) -> None:
        self._replies[reply.key] = reply.text
        if self._path is not None:
            line = json.dumps(to_jsonable(reply), ensure_ascii=False).encode("utf-8", "replace")
            with translate_os_errors(self._path), self._path.open("ab") as file:
                file.write(line + b"\n")
                file.flush()
                os.fsync(file.fileno())

    def _read(self, path: Path) -> None:
        """Read the lines, and cut off a last one that was not written to its end."""
        with translate_os_errors(path):
            data = read_regular(path, _MAX, follow=False)
            whole = data.rfind(b"\n") + 1
            if whole < len(data):
                with path.open("r+b") as file:
                    file.truncate(whole)
        for number, line in enumerate(data[:whole].split(b"\n")[:-1], 1):

            def damaged(fault: str, number: int = number) -> RunError:
                return RunError(
                    Message("This reply of an interrupted drafting is damaged: {fault}", fault=fault),
                    where=Message("{path}, line {number}", path=path, number=number),
                    do="Delete the line; its question is then drafted again.",
                )  # fmt: skip

            reply = from_json(DraftReply, line, error=damaged)
            self._replies[reply.key] = reply.text


def _concerns_all(completion: Completion | Exception) -> bool:
    """Return whether this is an error that every other prompt would meet too."""
    return is_unanswered(completion) or isinstance(completion, SettingsError)
