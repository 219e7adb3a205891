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
from rag.models.server.completions import no_text, stream_interrupted
from rag.models.server.mixin import ServerMixin, with_concurrency
from rag.models.server.parameters import start_stream
from rag.records import Decoding

_GREEDY = Decoding()
_HAS_TEXT = "kotae_has_text"


class ServerChatModel(ServerMixin, BaseChatOpenAI):
    """A chat with a model on a server, in the server's own chat template.

    `batch` sends up to `server.at_once` requests at a time, and answers in order. A failure raises
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
        configs = with_concurrency(config, len(inputs), self.server.at_once)
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

    def _create_chat_result(self, response: Any, generation_info: dict[str, Any] | None = None) -> ChatResult:
        """Return LangChain's result, which takes a missing text for an empty one. Raises ModelFailed for that."""
        result = super()._create_chat_result(response, generation_info)
        choices = response.choices if hasattr(response, "choices") else response["choices"]
        for choice, generation in zip(choices, result.generations, strict=True):
            message = choice.message if hasattr(choice, "message") else choice["message"]
            content = message.content if hasattr(message, "content") else message.get("content")
            if content is None and (generation.generation_info or {}).get("finish_reason") in (None, "stop"):
                raise no_text(str(self.server))
        return result

    def _convert_chunk_to_generation_chunk(self, chunk: dict[str, Any], *arguments: Any) -> ChatGenerationChunk | None:
        """Note in a chunk that it has text, even an empty one."""
        converted = super()._convert_chunk_to_generation_chunk(chunk, *arguments)
        deltas = [choice.get("delta") or {} for choice in chunk.get("choices") or ()]
        if converted is not None and any(isinstance(delta.get("content"), str) for delta in deltas):
            converted.generation_info = {**(converted.generation_info or {}), _HAS_TEXT: True}
        return converted

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        finish, text = None, False
        with self.engine.errors():
            stream = super()._stream
            for chunk in self.engine.quirks.send(lambda: start_stream(stream(messages, stop, run_manager, **kwargs))):
                about = chunk.generation_info or {}
                finish = about.get("finish_reason") or finish
                text = about.pop(_HAS_TEXT, False) or text
                yield chunk
        if finish is None:
            raise stream_interrupted(str(self.server))
        if finish == "stop" and not text:
            raise no_text(str(self.server))

    async def _agenerate(self, *args: Any, **kwargs: Any) -> ChatResult:
        return await BaseChatModel._agenerate(self, *args, **kwargs)

    def _astream(self, *args: Any, **kwargs: Any) -> Any:
        return BaseChatModel._astream(self, *args, **kwargs)
