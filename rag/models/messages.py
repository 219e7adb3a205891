"""Between LangChain's messages and generations, and an engine's turns and completions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, GenerationChunk

from rag.errors import ModelFailed
from rag.models.engine import Completion, Piece, Role, Turn

_ROLES: dict[str, Role] = {"system": "system", "human": "user", "ai": "assistant"}


def turns_of(messages: Sequence[BaseMessage]) -> list[Turn]:
    """The turns of a chat. Raises ModelFailed for a message that has no place in it."""
    turns = []
    for message in messages:
        role = _ROLES.get(message.type)
        if role is None:
            raise ModelFailed(f"A chat with a local model has no place for a {message.type!r} message")
        turns.append(Turn(role, str(message.text)))
    return turns


def message_of(completion: Completion, model: str) -> AIMessage:
    """A completion as the message of a model."""
    return AIMessage(
        content=completion.text,
        usage_metadata=usage_of(completion),
        response_metadata={"finish_reason": completion.finish, "model_name": model},
    )


def usage_of(completion: Completion) -> UsageMetadata:
    """The token counts of a completion."""
    read, written = completion.prompt_tokens, completion.completion_tokens
    return UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written)


def info_of(completion: Completion) -> dict[str, Any]:
    """What a generation says beside its text."""
    return {
        "finish_reason": completion.finish,
        "prompt_tokens": completion.prompt_tokens,
        "completion_tokens": completion.completion_tokens,
    }


def chat_chunks(
    pieces: Iterable[Piece], model: str, told: CallbackManagerForLLMRun | None
) -> Iterator[ChatGenerationChunk]:
    """A streamed chat, each new text told to the callbacks; the last chunk has counts and reason."""
    for piece in pieces:
        message = AIMessageChunk(content=piece.text)
        if piece.end is not None:
            message = AIMessageChunk(
                content="",
                usage_metadata=usage_of(piece.end),
                response_metadata={"finish_reason": piece.end.finish, "model_name": model},
                chunk_position="last",
            )
        chunk = ChatGenerationChunk(message=message)
        _tell(told, piece, chunk)
        yield chunk


def text_chunks(pieces: Iterable[Piece], told: CallbackManagerForLLMRun | None) -> Iterator[GenerationChunk]:
    """Streamed raw text, each new text told to the callbacks; the last chunk has counts and reason."""
    for piece in pieces:
        chunk = GenerationChunk(text=piece.text, generation_info=None if piece.end is None else info_of(piece.end))
        _tell(told, piece, chunk)
        yield chunk


def _tell(told: CallbackManagerForLLMRun | None, piece: Piece, chunk: ChatGenerationChunk | GenerationChunk) -> None:
    if told is not None and piece.text:
        told.on_llm_new_token(piece.text, chunk=chunk)
