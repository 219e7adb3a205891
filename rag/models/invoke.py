"""Calls any LangChain model, chat or completion, and gives back completions of one shape."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import BaseChatModel, BaseLLM
from langchain_core.messages import AIMessage
from langchain_core.outputs import LLMResult
from langchain_core.prompt_values import PromptValue
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import ContextThreadPoolExecutor, merge_configs

from rag.errors import ModelFailed, SettingsError
from rag.models.engine import Completion, Piece
from rag.models.reasoning import AnswerStream, without_reasoning


def invoke_batch(
    model: BaseChatModel | BaseLLM, prompts: Sequence[PromptValue], stop: list[str], config: RunnableConfig | None
) -> list[Completion | Exception]:
    """One completion a prompt, in order, from one batch; what fails comes back as its exception.

    What a reasoning model thinks before its answer is left out.
    """
    if not prompts:
        return []
    said: Sequence[Completion | Exception]
    if isinstance(model, BaseChatModel):
        replies = model.batch(list(prompts), config, return_exceptions=True, **_stop(stop))
        said = [reply if isinstance(reply, Exception) else _of_message(reply) for reply in replies]
    else:
        said = _call_llm(model, prompts, stop, config)
    return [one if isinstance(one, Exception) else _answer_or_failure(one) for one in said]


def invoke_streaming(
    model: BaseChatModel | BaseLLM, prompt: PromptValue, stop: list[str], config: RunnableConfig
) -> Iterator[Piece]:
    """The completion of one prompt as it is written; the last piece has `end`. Raises ModelFailed without an answer.

    What a reasoning model thinks before its answer is left out of `end`, and of the pieces where it can be told.
    """
    shown = AnswerStream()
    for piece in _pieces(model, prompt, stop, config):
        if piece.end is None:
            yield Piece(shown.take(piece.text))
        else:
            end = _answer(piece.end)
            yield Piece(shown.rest())
            yield Piece("", end)


def _pieces(
    model: BaseChatModel | BaseLLM, prompt: PromptValue, stop: list[str], config: RunnableConfig
) -> Iterator[Piece]:
    if isinstance(model, BaseChatModel):
        whole = None
        for chunk in model.stream(prompt, config, **_stop(stop)):
            whole = chunk if whole is None else whole + chunk
            yield Piece(str(chunk.text))
        yield Piece("", Completion("") if whole is None else _of_message(whole))
        return
    text, end = "", _End()
    for part in model.stream(prompt, merge_configs(config, {"callbacks": [end]}), **_stop(stop)):
        text += part
        yield Piece(part)
    yield Piece("", _of_generation(text, end.info))


class _End(BaseCallbackHandler):
    """Keeps what a completion model says of a completion once it is streamed; the stream itself is bare text."""

    def __init__(self) -> None:
        self.info: dict[str, Any] = {}

    def on_llm_end(self, response: LLMResult, **kwargs: Any) -> None:
        self.info = response.generations[0][0].generation_info or {}


def context_window(model: BaseChatModel | BaseLLM) -> int | None:
    """How many tokens a prompt may have: the model's context less what it may write; None where it does not say.

    Raises SettingsError where that leaves none.
    """
    context = getattr(model, "context_window", None)
    if context is None:
        return None
    written = int(getattr(model, "max_tokens", 0))
    if written >= int(context):
        raise SettingsError(
            f"An answer may have {written} tokens, and prompt and answer together {context}: none are left for prompts",
            do="Lower --max-tokens, or raise --context where the model can read more.",
        )
    return int(context) - written


def count_tokens(model: BaseChatModel | BaseLLM, prompt: PromptValue, room: int) -> int:
    """How many tokens a prompt has for this model, its chat template included.

    A model on a server is asked only where a bound on the count is above `room`, else the bound is what is returned.
    """
    at_most = getattr(model, "tokens_at_most", None)
    if at_most is not None and (most := int(at_most(prompt))) <= room:
        return most
    if isinstance(model, BaseChatModel):
        return model.get_num_tokens_from_messages(prompt.to_messages())
    return model.get_num_tokens(prompt.to_string())


def _call_llm(
    model: BaseLLM, prompts: Sequence[PromptValue], stop: list[str], config: RunnableConfig | None
) -> list[Completion | Exception]:
    callbacks = (config or {}).get("callbacks")
    at_once = getattr(model, "concurrency", None)
    if at_once is not None and len(prompts) > 1:
        with ContextThreadPoolExecutor(max_workers=at_once) as pool:
            return [said for (said,) in pool.map(lambda one: _call_llm(model, [one], stop, config), prompts)]
    try:
        result = model.generate_prompt(list(prompts), stop=stop or None, callbacks=callbacks)
    except Exception as error:
        if len(prompts) == 1:
            return [error]
        return [said for prompt in prompts for said in _call_llm(model, [prompt], stop, config)]
    return [_of_generation(one[0].text, one[0].generation_info or {}) for one in result.generations]


def _answer_or_failure(said: Completion) -> Completion | Exception:
    try:
        return _answer(said)
    except ModelFailed as error:
        return error


def _answer(said: Completion) -> Completion:
    """The completion without thinking. Raises ModelFailed where nothing else was written, or it was held back."""
    text = without_reasoning(said.text)
    if not text and said.finish == "length":
        raise ModelFailed(
            f"The model had written nothing of its answer when its {said.completion_tokens or ''} tokens were used up",
            do="One that thinks first needs more of them (--max-tokens), or its thinking switched off.",
        )
    if not text and said.finish == "content_filter":
        raise ModelFailed("The server held the answer back (content_filter)")
    return replace(said, text=text, finish="length" if said.finish == "length" else "stop")


def _stop(stop: list[str]) -> dict[str, Any]:
    return {"stop": stop} if stop else {}


def _of_message(message: AIMessage) -> Completion:
    usage = message.usage_metadata
    finish = str(message.response_metadata.get("finish_reason") or "stop")
    return Completion(
        str(message.text), finish, usage["input_tokens"] if usage else 0, usage["output_tokens"] if usage else 0
    )


def _of_generation(text: str, info: dict[str, Any]) -> Completion:
    finish = str(info.get("finish_reason") or "stop")
    return Completion(text, finish, int(info.get("prompt_tokens", 0)), int(info.get("completion_tokens", 0)))


def batch_size(model: BaseChatModel | BaseLLM) -> int:
    """How many prompts are worth giving to a model at a time: what its engine says, else a few."""
    engine = getattr(model, "engine", None)
    return 8 if engine is None else int(engine.batch_size)


def model_identity(model: BaseChatModel | BaseLLM) -> str:
    """What fixes the weights of a model (this loads it, or asks its server), else the parameters that it tells."""
    engine = getattr(model, "engine", None)
    return repr(sorted(model._identifying_params.items())) if engine is None else str(engine.identity)


def close_model(model: BaseChatModel | BaseLLM) -> None:
    """Give the memory of a local model back; one that lives elsewhere has nothing to give."""
    close = getattr(model, "close", None)
    if close is not None:
        close()
        gc.collect()
