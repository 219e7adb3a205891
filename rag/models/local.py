"""LangChain models over a local engine: `BaseChatModel` for chats, `BaseLLM` for raw text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, cast

from langchain_core.callbacks import CallbackManager, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, BaseLLM, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import (
    ChatGeneration,
    ChatGenerationChunk,
    ChatResult,
    GenerationChunk,
    LLMResult,
)
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import get_config_list
from pydantic import BaseModel, Field, PrivateAttr

from rag.models.engine import EngineOptions, TextEngine
from rag.models.messages import chat_chunks, generations_of, message_of, text_chunks, turns_of
from rag.records import Decoding

_GREEDY = Decoding()
_OPTIONS = EngineOptions()


class _LocalModel(BaseModel):
    """Shared options of both classes: how the engine is opened (`max_gpu_memory` in bytes) and how it decodes."""

    model: str = "bundled"
    temperature: float = Field(default=_GREEDY.temperature, ge=0)
    top_p: float = Field(default=_GREEDY.top_p, gt=0, le=1)
    repetition_penalty: float = Field(default=_GREEDY.repetition_penalty, gt=0)
    max_tokens: int = Field(default=_GREEDY.max_new_tokens, gt=0)
    seed: int = _GREEDY.seed
    stop: list[str] | None = None
    context_window: int = Field(default=_OPTIONS.context, gt=0)
    slots: int = Field(default=_OPTIONS.slots, gt=0)
    kernel: str = _OPTIONS.kernel
    max_gpu_memory: int | None = Field(default=_OPTIONS.gpu_memory, gt=0)
    batch_invariant: bool = _OPTIONS.batch_invariant
    gpus: tuple[int, ...] = _OPTIONS.gpus
    llama_server: str | None = _OPTIONS.llama_server
    _engine: TextEngine | None = PrivateAttr(default=None)

    @property
    def engine(self) -> TextEngine:
        """The engine, loaded at first use, once per process, and again after `close`."""
        if self._engine is None or self._engine.closed:
            from rag.models.registry import open_engine

            self._engine = open_engine(self.model, self._options)
        return self._engine

    def check(self) -> None:
        """Raise what opening the engine would for its URI and options alone; nothing is loaded."""
        from rag.models.registry import find_kind

        find_kind(self.model, self._options)

    @property
    def _options(self) -> EngineOptions:
        return EngineOptions(
            self.context_window,
            self.slots,
            self.kernel,
            self.max_gpu_memory,
            self.batch_invariant,
            self.gpus,
            self.llama_server,
        )

    def close(self) -> None:
        """Free the memory of the engine if it is loaded; other models of the same URI share it."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    @property
    def decoding(self) -> Decoding:
        """The decoding options."""
        return Decoding(self.temperature, self.top_p, self.repetition_penalty, self.max_tokens, self.seed)

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.model, "context_window": self.context_window, "decoding": asdict(self.decoding)}

    def get_num_tokens(self, text: str) -> int:
        """Count the tokens of a text for this model."""
        return self.engine.count_tokens(text)

    def _stops(self, stop: Sequence[str] | None) -> tuple[str, ...]:
        return tuple((self.stop or []) if stop is None else stop)


class LocalChatModel(_LocalModel, BaseChatModel):
    """A chat with a model on this machine.

    `model` is a URI as `kotae models` lists them. `batch` is one pass of the engine over all prompts, not a thread
    pool. `response_metadata` has "finish_reason" ("length" if the completion was cut off) and `usage_metadata` the
    token counts. A completion never contains its prompt.
    """

    @property
    def _llm_type(self) -> str:
        return "kotae-local"

    def get_num_tokens_from_messages(self, messages: list[BaseMessage], tools: Sequence[Any] | None = None) -> int:
        """Count the tokens of a chat, chat template included."""
        return self.engine.count_tokens(self.engine.render(turns_of(messages)))

    def batch(
        self,
        inputs: list[LanguageModelInput],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[AIMessage]:
        """Return one completion per input, all of them from one pass of the engine.

        With `return_exceptions` a failed pass is repeated one prompt at a time, so that only the prompt at fault
        fails. `max_concurrency` of the first config limits how many prompts one pass takes.
        """
        configs = get_config_list(config, len(inputs))
        size = (configs[0].get("max_concurrency") if configs else None) or len(inputs) or 1
        answers: list[AIMessage] = []
        for start in range(0, len(inputs), size):
            part = slice(start, start + size)
            try:
                answers += self._pass(inputs[part], configs[part], kwargs.get("stop"))
            except Exception as error:
                if not return_exceptions:
                    raise
                if size == 1:
                    answers.append(cast("AIMessage", error))
                    continue
                single: list[RunnableConfig] = [{**each, "max_concurrency": 1} for each in configs[part]]
                answers += self.batch(inputs[part], single, return_exceptions=True, **kwargs)
        return answers

    def _pass(
        self, inputs: list[LanguageModelInput], configs: list[RunnableConfig], stop: Sequence[str] | None
    ) -> list[AIMessage]:
        chats = [self._convert_input(chat).to_messages() for chat in inputs]
        runs = [self._announce(chat, config, stop) for chat, config in zip(chats, configs, strict=True)]
        try:
            prompts = [self.engine.render(turns_of(chat)) for chat in chats]
            completions = self.engine.complete(prompts, self.decoding, self._stops(stop))
        except BaseException as error:
            for run in runs:
                run.on_llm_error(error)
            raise
        messages = [message_of(completion, self.model) for completion in completions]
        for run, message in zip(runs, messages, strict=True):
            run.on_llm_end(LLMResult(generations=[[ChatGeneration(message=message)]]))
        return messages

    def _announce(
        self, chat: list[BaseMessage], config: RunnableConfig, stop: Sequence[str] | None
    ) -> CallbackManagerForLLMRun:
        manager = CallbackManager.configure(
            config.get("callbacks"),
            self.callbacks,
            self.verbose,
            config.get("tags"),
            self.tags,
            config.get("metadata"),
            self.metadata,
        )
        return manager.on_chat_model_start(
            self._serialized,
            [chat],
            invocation_params=self._identifying_params,
            options={"stop": list(self._stops(stop))},
            name=config.get("run_name"),
            run_id=config.get("run_id"),
            batch_size=1,
        )[0]

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        prompt = self.engine.render(turns_of(messages))
        completion = self.engine.complete([prompt], self.decoding, self._stops(stop))[0]
        return ChatResult(generations=[ChatGeneration(message=message_of(completion, self.model))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        pieces = self.engine.stream(self.engine.render(turns_of(messages)), self.decoding, self._stops(stop))
        yield from chat_chunks(pieces, self.model, run_manager)


class LocalLLM(_LocalModel, BaseLLM):
    """Raw text continued by a model on this machine, with no chat template around it."""

    @property
    def _llm_type(self) -> str:
        return "kotae-local-text"

    def _generate(
        self,
        prompts: list[str],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> LLMResult:
        completions = self.engine.complete(prompts, self.decoding, self._stops(stop))
        return LLMResult(generations=[generations_of(completion) for completion in completions])

    def _stream(
        self,
        prompt: str,
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[GenerationChunk]:
        yield from text_chunks(self.engine.stream(prompt, self.decoding, self._stops(stop)), run_manager)
