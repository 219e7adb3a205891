"""The context budget: as many whole passages as the model's context has room for, best first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from langchain_core.language_models import BaseChatModel, BaseLLM
from langchain_core.prompt_values import PromptValue

from rag.errors import PromptTooLong, SettingsError
from rag.messages import Message
from rag.models.invoke import context_window, count_tokens
from rag.records import Hit


@dataclass(frozen=True, slots=True)
class FittedPrompt:
    """A prompt that fits into a model's context, the hits in it, and how many did not fit."""

    prompt: PromptValue
    hits: tuple[Hit, ...]
    dropped: int


def fit_to_context(
    model: BaseChatModel | BaseLLM,
    question: str,
    hits: Sequence[Hit],
    build: Callable[[str, Sequence[Hit]], PromptValue],
) -> FittedPrompt:
    """Drop whole passages from the lowest rank up until `build` gives a prompt that fits, in the model's own tokens.

    Raises PromptTooLong if the prompt does not fit even without passages, and SettingsError if it would not without the
    question either.
    """
    room = context_window(model)
    need = 0
    for kept in range(len(hits), -1, -1):
        prompt = build(question, hits[:kept])
        need = 0 if room is None else count_tokens(model, prompt, room)
        if room is None or need <= room:
            return FittedPrompt(prompt, tuple(hits[:kept]), len(hits) - kept)
    if room is not None and (words := count_tokens(model, build("", ()), room)) > room:
        raise SettingsError(
            Message(
                "The prompt needs {words} tokens without any question, and the model has {room} for prompts",
                words=words,
                room=room,
            ),
            do="Shorten the prompt, lower --max-tokens, or raise --context.",
        )
    raise PromptTooLong(
        Message(
            "The question needs {need} tokens and the model has {room} for prompts: {question}...",
            need=need,
            room=room,
            question=question[:60],
        ),
        do="Ask a shorter question, lower --max-tokens, or raise --context.",
    )
