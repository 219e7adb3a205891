"""Completion models on a server (`/completions`), and chats sent as raw text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, BaseLLM, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import (
    ChatGeneration,
    ChatGenerationChunk,
    ChatResult,
    GenerationChunk,
    LLMResult,
)
from langchain_core.prompt_values import PromptValue
from langchain_core.runnables import RunnableConfig
from langchain_openai.llms.base import BaseOpenAI

from rag.errors import ModelFailed, ModelServerMismatch, ModelServerUnreachable
from rag.models import llama2
from rag.models.engine import Completion, Piece
from rag.models.messages import chat_chunks, generations_of, message_of, text_chunks, turns_of
from rag.models.server.mixin import ServerMixin, tokens_at_most, with_concurrency
from rag.models.server.remote_model import ServerModel
from rag.records import Decoding

_GREEDY = Decoding()


class ServerLLM(ServerMixin, BaseOpenAI):
    """Raw text continued by a model on a server, without a chat template. Each prompt is one request."""

    temperature: float = _GREEDY.temperature
    max_tokens: int = _GREEDY.max_new_tokens

    @property
    def _llm_type(self) -> str:
        return "kotae-server-text"

    @property
    def concurrency(self) -> int:
        """Maximum number of requests at a time."""
        return self.server.at_once

    @property
    def _invocation_params(self) -> dict[str, Any]:
        return {
            "model": self.model_name,
            **self._default_params,
            "extra_body": self.engine.body(self.repetition_penalty),
        }

    def complete(self, prompt: str, stop: Sequence[str] | None = None) -> Completion:
        """Return the completion of one prompt. Raises ModelUnavailable, ModelFailed and PromptTooLong."""
        with self.engine.errors():
            reply = self._create(prompt, stop)
            if not reply.choices:
                raise ModelServerMismatch("The model server's reply contains no completion", where=str(self.server))
            choice, usage = reply.choices[0], reply.usage
            if choice.text is None:
                raise no_text(str(self.server))
            return Completion(
                choice.text or "",
                choice.finish_reason or "stop",
                usage.prompt_tokens if usage else 0,
                usage.completion_tokens if usage else 0,
            )

    def pieces(self, prompt: str, stop: Sequence[str] | None = None) -> Iterator[Piece]:
        """Yield the completion of one prompt as it is written; the last piece has `end`. Raises as `complete` does."""
        text, finish, usage = None, None, None
        streaming = {"stream": True, "stream_options": {"include_usage": True}}
        with self.engine.errors(), closing(self._create(prompt, stop, **streaming)) as parts:
            for part in parts:
                usage = part.usage or usage
                for choice in part.choices or ():
                    finish = choice.finish_reason or finish
                    text = text if choice.text is None else (text or "") + choice.text
                    yield Piece(choice.text or "")
            if finish is None:
                raise stream_interrupted(str(self.server))
            if text is None:
                raise no_text(str(self.server))
        counts = (usage.prompt_tokens, usage.completion_tokens) if usage else (0, 0)
        yield Piece("", Completion(text, finish, *counts))

    def _create(self, prompt: str, stop: Sequence[str] | None, **options: Any) -> Any:
        quirks = self.engine.quirks

        def send() -> Any:
            parameters = {"prompt": prompt, "stop": list(stop) if stop else None, **self._invocation_params, **options}
            return self.client.create(**quirks.payload(parameters))

        return quirks.send(send)

    def _generate(
        self,
        prompts: list[str],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> LLMResult:
        with ThreadPoolExecutor(self.concurrency) as pool:
            completions = list(pool.map(lambda prompt: self.complete(prompt, stop), prompts))
        return LLMResult(generations=[generations_of(completion) for completion in completions])

    def _stream(
        self,
        prompt: str,
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[GenerationChunk]:
        yield from text_chunks(self.pieces(prompt, stop), run_manager)

    async def _agenerate(self, *args: Any, **kwargs: Any) -> LLMResult:
        return await BaseLLM._agenerate(self, *args, **kwargs)

    def _astream(self, *args: Any, **kwargs: Any) -> Any:
        return BaseLLM._astream(self, *args, **kwargs)


class TemplatedChatModel(BaseChatModel):
    """A chat with a model on a server without a chat template, in Llama 2's template."""

    text_model: ServerLLM

    @property
    def _llm_type(self) -> str:
        return "kotae-server-template"

    @property
    def engine(self) -> ServerModel:
        """The model on the server."""
        return self.text_model.engine

    @property
    def context_window(self) -> int:
        """Maximum tokens of prompt and completion together."""
        return self.text_model.context_window

    @property
    def max_tokens(self) -> int:
        """Maximum tokens of a completion."""
        return self.text_model.max_tokens

    def tokens_at_most(self, prompt: PromptValue) -> int:
        """Return an upper bound on the tokens of a prompt, without asking the server."""
        return tokens_at_most(prompt)

    def get_num_tokens(self, text: str) -> int:
        """Count the tokens of a text for this model."""
        return self.text_model.get_num_tokens(text)

    def get_num_tokens_from_messages(self, messages: list[BaseMessage], tools: Sequence[Any] | None = None) -> int:
        """Count the tokens of a chat, template included."""
        return self.text_model.get_num_tokens(llama2.render(turns_of(messages)))

    def batch(
        self,
        inputs: list[LanguageModelInput],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[AIMessage]:
        """Return one completion per input, in order, with a limited number of requests at a time."""
        configs = with_concurrency(config, len(inputs), self.text_model.concurrency)
        return super().batch(inputs, configs, return_exceptions=return_exceptions, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        completion = self.text_model.complete(llama2.render(turns_of(messages)), stop)
        message = message_of(completion, self.text_model.model_name)
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        pieces = self.text_model.pieces(llama2.render(turns_of(messages)), stop)
        yield from chat_chunks(pieces, self.text_model.model_name, run_manager)


def stream_interrupted(where: str) -> ModelServerUnreachable:
    """Return the error for a stream that ends without a finish reason."""
    return ModelServerUnreachable("The model server's answer was interrupted", where=where)


def no_text(where: str) -> ModelFailed:
    """Return the error for a reply whose text is missing, which is not an empty answer."""
    return ModelFailed("The model server's reply has no text (its content is null)", where=where)
