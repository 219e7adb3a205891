"""Call any LangChain model, chat or completion, and return uniform completions."""

from __future__ import annotations

import gc
import json
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
from rag.messages import Message
from rag.models.engine import Completion, Piece
from rag.models.reasoning import AnswerStream, without_reasoning


def invoke_batch(
    model: BaseChatModel | BaseLLM, prompts: Sequence[PromptValue], stop: list[str], config: RunnableConfig | None
) -> list[Completion | Exception]:
    """Return one completion per prompt, in order, from one batch; a failed prompt gives its exception.

    The reasoning that a model writes before its answer is removed.
    """
    if not prompts:
        return []
    completions: Sequence[Completion | Exception]
    if isinstance(model, BaseChatModel):
        replies = model.batch(list(prompts), config, return_exceptions=True, **_stop(stop))
        completions = [reply if isinstance(reply, Exception) else _of_message(reply) for reply in replies]
    else:
        completions = _call_llm(model, prompts, stop, config)
    return [
        completion if isinstance(completion, Exception) else _answer_or_failure(completion)
        for completion in completions
    ]


def invoke_streaming(
    model: BaseChatModel | BaseLLM, prompt: PromptValue, stop: list[str], config: RunnableConfig
) -> Iterator[Piece]:
    """Yield the completion of one prompt as it is written; the last piece has `end`. Raises ModelFailed if it is empty.

    Reasoning before the answer is removed from `end`, and from the pieces as far as it can be recognised in time.
    """
    answer = AnswerStream()
    for piece in _pieces(model, prompt, stop, config):
        if piece.end is None:
            yield Piece(answer.feed(piece.text))
        else:
            end = _answer(piece.end)
            yield Piece(answer.finish())
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
    """Captures the metadata of a streamed completion, whose stream itself is bare text."""

    def __init__(self) -> None:
        self.info: dict[str, Any] = {}

    def on_llm_end(self, response: LLMResult, **kwargs: Any) -> None:
        self.info = response.generations[0][0].generation_info or {}


def context_window(model: BaseChatModel | BaseLLM) -> int | None:
    """Return the maximum tokens of a prompt: the model's context less its maximum answer; None if it has no limit.

    This loads a local model, whose context can be smaller than the default. Raises SettingsError if nothing remains for
    prompts, or if the model has less context than was asked for.
    """
    context = getattr(model, "context_window", None)
    if context is None:
        return None
    context = getattr(getattr(model, "engine", None), "context", context)
    written = int(getattr(model, "max_tokens", 0))
    if written >= int(context):
        raise SettingsError(
            Message(
                "Answers may take {written} tokens, prompt and answer together {context}: nothing remains for "
                "the prompt",
                written=written,
                context=context,
            ),
            do="Lower --max-tokens, or raise --context if the model supports it.",
        )
    return int(context) - written


def count_tokens(model: BaseChatModel | BaseLLM, prompt: PromptValue, room: int) -> int:
    """Count the tokens of a prompt for this model, chat template included.

    A model on a server is asked only if an upper bound on the count exceeds `room`; otherwise the bound is returned.
    """
    at_most = getattr(model, "tokens_at_most", None)
    if at_most is not None and (bound := int(at_most(prompt))) <= room:
        return bound
    if isinstance(model, BaseChatModel):
        return model.get_num_tokens_from_messages(prompt.to_messages())
    return model.get_num_tokens(prompt.to_string())


def _call_llm(
    model: BaseLLM, prompts: Sequence[PromptValue], stop: list[str], config: RunnableConfig | None
) -> list[Completion | Exception]:
    callbacks = (config or {}).get("callbacks")
    concurrency = getattr(model, "concurrency", None)
    if concurrency is not None and len(prompts) > 1:
        with ContextThreadPoolExecutor(max_workers=concurrency) as pool:
            return [reply for (reply,) in pool.map(lambda prompt: _call_llm(model, [prompt], stop, config), prompts)]
    try:
        result = model.generate_prompt(list(prompts), stop=stop or None, callbacks=callbacks)
    except Exception as error:
        if len(prompts) == 1:
            return [error]
        return [reply for prompt in prompts for reply in _call_llm(model, [prompt], stop, config)]
    return [_of_generation(first.text, first.generation_info or {}) for first, *_ in result.generations]


def _answer_or_failure(completion: Completion) -> Completion | Exception:
    try:
        return _answer(completion)
    except ModelFailed as error:
        return error


def _answer(completion: Completion) -> Completion:
    """Return the completion without reasoning. Raises ModelFailed if nothing else was written, or it was withheld."""
    text = without_reasoning(completion.text)
    if not text and completion.finish == "length":
        raise ModelFailed(
            Message(
                "The model used all {completion_tokens} tokens before it began to answer",
                completion_tokens=completion.completion_tokens or "its",
            ),
            do="A reasoning model needs a higher --max-tokens, or its reasoning switched off.",
        )
    if not text and completion.finish == "content_filter":
        raise ModelFailed("The server withheld the answer (content_filter)")
    return replace(completion, text=text, finish="length" if completion.finish == "length" else "stop")


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
    """Return how many prompts are worth passing to a model at a time: its engine's batch size, else 8."""
    engine = getattr(model, "engine", None)
    return 8 if engine is None else int(engine.batch_size)


def model_identity(model: BaseChatModel | BaseLLM) -> str:
    """Return the identity of a model's weights (this loads it, or asks its server), else its class and name."""
    engine = getattr(model, "engine", None)
    if engine is not None:
        return str(engine.identity)
    names = (getattr(model, field, None) for field in ("model_name", "model", "model_id"))
    name = next((name for name in names if isinstance(name, str)), "")
    return f"{type(model).__name__} {name}".strip()


def identifying_parameters(model: BaseChatModel | BaseLLM) -> dict[str, Any]:
    """Return the parameters by which a model without an engine tells its answers apart, as JSON takes them."""
    if getattr(model, "engine", None) is not None:
        return {}
    text = json.dumps(dict(model._identifying_params), sort_keys=True, default=lambda value: type(value).__name__)
    return dict(json.loads(text))


def model_build(model: BaseChatModel | BaseLLM) -> str | None:
    """Return the build of the library that runs a local model, None where answers do not depend on one."""
    return getattr(getattr(model, "engine", None), "build", None)


def close_model(model: BaseChatModel | BaseLLM) -> None:
    """Free the memory of a local model; a remote model has none."""
    close = getattr(model, "close", None)
    if close is not None:
        close()
        gc.collect()
