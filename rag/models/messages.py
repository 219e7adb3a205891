"""Convert between LangChain's messages and generations, and an engine's turns and completions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, Generation, GenerationChunk

from rag.errors import ModelFailed
from rag.messages import Message
from rag.models.engine import Completion, Piece, Role, Turn

_ROLES: dict[str, Role] = {"system": "system", "human": "user", "ai": "assistant"}


def turns_of(messages: Sequence[BaseMessage]) -> list[Turn]:
    """Return the turns of a chat. Raises ModelFailed for a message of any other role."""
    turns = []
    for message in messages:
        role = _ROLES.get(message.type)
        if role is None:
            raise ModelFailed(Message("A chat with this model cannot contain a {type!r} message", type=message.type))
        turns.append(Turn(role, str(message.text)))
    return turns


def message_of(completion: Completion, model: str) -> AIMessage:
    """Return a completion as a chat message."""
    return AIMessage(
        content=completion.text,
        usage_metadata=usage_of(completion),
        response_metadata={"finish_reason": completion.finish, "model_name": model},
    )


def usage_of(completion: Completion) -> UsageMetadata:
    """Return the token counts of a completion."""
    read, written = completion.prompt_tokens, completion.completion_tokens
    return UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written)


def generations_of(completion: Completion) -> list[Generation]:
    """Return a completion of raw text as the generations of one prompt."""
    return [Generation(text=completion.text, generation_info=_info(completion))]


def _info(completion: Completion) -> dict[str, Any]:
    return {
        "finish_reason": completion.finish,
        "prompt_tokens": completion.prompt_tokens,
        "completion_tokens": completion.completion_tokens,
    }


def chat_chunks(
    pieces: Iterable[Piece], model: str, run_manager: CallbackManagerForLLMRun | None
) -> Iterator[ChatGenerationChunk]:
    """Yield a streamed chat and report each new text to the callbacks; the last chunk has counts and finish reason."""
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
        _report(run_manager, piece, chunk)
        yield chunk


def text_chunks(pieces: Iterable[Piece], run_manager: CallbackManagerForLLMRun | None) -> Iterator[GenerationChunk]:
    """Yield raw text and report each new part to the callbacks; the last chunk has counts and finish reason."""
    for piece in pieces:
        chunk = GenerationChunk(text=piece.text, generation_info=None if piece.end is None else _info(piece.end))
        _report(run_manager, piece, chunk)
        yield chunk


def _report(
    run_manager: CallbackManagerForLLMRun | None, piece: Piece, chunk: ChatGenerationChunk | GenerationChunk
) -> None:
    if run_manager is not None and piece.text:
        run_manager.on_llm_new_token(piece.text, chunk=chunk)
