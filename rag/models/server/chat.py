"""Chat models on a server (`/chat/completions`), with langchain-openai."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import RunnableConfig
from langchain_openai.chat_models.base import BaseChatOpenAI

from rag.errors import ModelServerMismatch
from rag.models.messages import turns_of
from rag.models.server.completions import stream_interrupted
from rag.models.server.mixin import ServerMixin, with_concurrency
from rag.models.server.parameters import start_stream
from rag.records import Decoding

_GREEDY = Decoding()


class ServerChatModel(ServerMixin, BaseChatOpenAI):
    """A chat with a model on a server, in the server's own chat template.

    `batch` sends up to `server.concurrency` requests at a time, and answers in order. A failure raises
    ModelUnavailable if the question never arrived, else ModelFailed or PromptTooLong.
    """

    temperature: float | None = _GREEDY.temperature
    max_tokens: int | None = _GREEDY.max_new_tokens
    use_responses_api: bool | None = False
    stream_usage: bool | None = True

    @property
    def _llm_type(self) -> str:
        return "kotae-server-chat"

    def _get_request_payload(
        self, input_: LanguageModelInput, *, stop: list[str] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        payload: dict[str, Any] = super()._get_request_payload(input_, stop=stop, **kwargs)
        return {**self.engine.quirks.payload(payload), "extra_body": self.engine.body(self.repetition_penalty)}

    def get_num_tokens_from_messages(
        self, messages: Sequence[BaseMessage], tools: Sequence[Any] | None = None, **_: Any
    ) -> int:
        """Count the tokens of a chat, the server's chat template included."""
        return self.engine.count_chat(turns_of(messages))

    def batch(
        self,
        inputs: list[LanguageModelInput],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[AIMessage]:
        """Return one completion per input, in order, with a limited number of requests at a time."""
        configs = with_concurrency(config, len(inputs), self.server.concurrency)
        return super().batch(inputs, configs, return_exceptions=return_exceptions, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        with self.engine.errors():
            generate = super()._generate
            result = self.engine.quirks.send(lambda: generate(messages, stop, run_manager, **kwargs))
        if not result.generations:
            raise ModelServerMismatch("The model server's reply contains no completion", where=str(self.server))
        return result

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        ended = False
        with self.engine.errors():
            stream = super()._stream
            for chunk in self.engine.quirks.send(lambda: start_stream(stream(messages, stop, run_manager, **kwargs))):
                ended = ended or bool((chunk.generation_info or {}).get("finish_reason"))
                yield chunk
        if not ended:
            raise stream_interrupted(str(self.server))

    async def _agenerate(self, *args: Any, **kwargs: Any) -> ChatResult:
        return await BaseChatModel._agenerate(self, *args, **kwargs)

    def _astream(self, *args: Any, **kwargs: Any) -> Any:
        return BaseChatModel._astream(self, *args, **kwargs)
