"""`/v1/models`, `/v1/chat/completions` and `/v1/completions`: answers for OpenAI clients, whole or streamed."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from kotae.web.disconnect import cancel_on_disconnect
from kotae.web.errors import openai_fields
from kotae.web.openai_request import (
    LISTING,
    MODELS,
    AnswerRequest,
    ChatRequest,
    TextRequest,
    no_such_model,
    read_request,
)
from kotae.web.questions import read_body
from kotae.web.queue import AnswerQueue, QueuedQuestion, Retrieved
from kotae.web.serializers import hit_fields, sources_list, support_fields
from rag.generation.chain import Question
from rag.records import Answer, AnswerPiece
from rag.text.answer_language import in_language
from rag.text.letters import JAPANESE_LETTER, LATIN_WORD

_STARTED = int(time.time())


async def list_models(_: Request) -> Response:
    """List the model names."""
    rows = [{"id": name, "object": "model", "created": _STARTED, "owned_by": "kotae"} for name in MODELS]
    return JSONResponse({"object": "list", "data": rows})


async def show_model(request: Request) -> Response:
    """Describe one model, or answer 404."""
    name = request.path_params["name"]
    if name not in MODELS:
        raise no_such_model(name)
    return JSONResponse({"id": name, "object": "model", "created": _STARTED, "owned_by": "kotae"})


async def complete_chat(request: Request) -> Response:
    """Answer a chat completion."""
    return await _complete(request, ChatRequest, _Completion)


async def complete_text(request: Request) -> Response:
    """Answer a text completion."""
    return await _complete(request, TextRequest, _TextCompletion)


async def _complete(request: Request, kind: type[AnswerRequest], form: type[_Completion]) -> Response:
    """Answer a completion. An error before the first word has an HTTP status; a later one is the last event."""
    queue: AnswerQueue = request.app.state.queue
    body = read_request(await read_body(request), kind)
    question = body.question(queue.settings.decoding)
    completion = form(body, question.question)
    with body.blamed(queue.settings.decoding):
        if not body.stream:
            return JSONResponse(await cancel_on_disconnect(request, completion.whole(queue, question)))
        events = completion.events(queue, question)
        first = await cancel_on_disconnect(request, anext(events))
    return StreamingResponse(_server_sent(first, events), media_type="text/event-stream")


@dataclass
class _Completion:
    """A chat completion that is being written."""

    whole_kind: ClassVar[str] = "chat.completion"
    chunk_kind: ClassVar[str] = "chat.completion.chunk"
    request: AnswerRequest
    question: Question
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    async def whole(self, queue: AnswerQueue, question: QueuedQuestion) -> dict[str, Any]:
        """Return the completion as one object."""
        retrieved, answer = Retrieved((), 0, (), ()), None
        async with aclosing(queue.answer(question)) as events:
            async for event in events:
                if isinstance(event, Retrieved):
                    retrieved = event
                elif isinstance(event, AnswerPiece):
                    answer = event.done or answer
        assert answer is not None  # noqa: S101  # the last piece of every answer has it
        content = self._whole(self._text(answer))
        choice = {"index": 0, **content, "logprobs": None, "finish_reason": answer.chosen.finish}
        body = {**self._head(self.whole_kind), "choices": [choice], "kotae": _about(answer, retrieved)}
        return body | ({"usage": usage} if (usage := _usage(answer)) else {})

    async def events(self, queue: AnswerQueue, question: QueuedQuestion) -> AsyncGenerator[dict[str, Any]]:
        """Yield the chunks of a stream; the first comes once the passages are retrieved."""
        retrieved, written = Retrieved((), 0, (), ()), _UnsentText(self.question)
        async with aclosing(queue.answer(question)) as events:
            async for event in events:
                if isinstance(event, Retrieved):
                    retrieved = event
                    yield self._chunk({"role": "assistant", "content": ""})
                elif isinstance(event, AnswerPiece):
                    if text := written.take(event):
                        yield self._chunk({"content": text})
                    if event.done is not None:
                        if listed := self._text(event.done).removeprefix(event.done.text):
                            yield self._chunk({"content": listed})
                        yield self._chunk({}, event.done.chosen.finish) | {"kotae": _about(event.done, retrieved)}
                        if self.request.wants_usage and (usage := _usage(event.done)):
                            yield self._head(self.chunk_kind) | {"choices": [], "usage": usage}

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.request.model}

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, **self._part(delta), "logprobs": None, "finish_reason": finish}
        usage = {"usage": None} if self.request.wants_usage else {}  # as OpenAI has it
        return self._head(self.chunk_kind) | {"choices": [choice]} | usage

    def _whole(self, text: str) -> dict[str, Any]:
        return {"message": {"role": "assistant", "content": text}}

    def _part(self, delta: dict[str, Any]) -> dict[str, Any]:
        return {"delta": delta}

    def _text(self, answer: Answer) -> str:
        listed = sources_list(answer) if self.request.model == LISTING else ""
        return f"{answer.text}\n\n{listed}" if listed else answer.text


@dataclass
class _TextCompletion(_Completion):
    """A text completion that is being written."""

    whole_kind: ClassVar[str] = "text_completion"
    chunk_kind: ClassVar[str] = "text_completion"
    id: str = field(default_factory=lambda: f"cmpl-{uuid.uuid4().hex}")

    def _whole(self, text: str) -> dict[str, Any]:
        return {"text": text}

    def _part(self, delta: dict[str, Any]) -> dict[str, Any]:
        return {"text": delta.get("content", "")}


@dataclass
class _UnsentText:
    """A buffer that holds a streamed answer back until its language is known to be right.

    A completion in the wrong language is asked for once more, and text that was sent cannot be taken back. So nothing
    is sent until a letter has shown that the answer is in the language of the question.
    """

    question: Question
    held: str = ""
    sent: str = ""
    attempt: int = 0

    def take(self, piece: AnswerPiece) -> str:
        """Add a piece, and return the text to send now."""
        if piece.attempt != self.attempt:
            self.attempt, self.held = piece.attempt, "\n\n" if self.sent else ""
        self.held += piece.text
        if piece.done is not None:
            return piece.done.text if not self.sent else self.held.rstrip()
        if not self.sent and not self._language_known():
            return ""
        text = self.held if self.sent else self.held.lstrip()
        kept = text.rstrip()
        self.sent, self.held = self.sent + kept, text.removeprefix(kept)
        return kept

    def _language_known(self) -> bool:
        letters = JAPANESE_LETTER if self.question.language == "ja" else LATIN_WORD
        if letters.search(self.held) is None:
            return False
        return in_language(self.held, self.question.language, self.question.text)


def _about(answer: Answer, retrieved: Retrieved) -> dict[str, Any]:
    return {
        "language": answer.language,
        "attempts": len(answer.attempts),
        "sources": [hit_fields(hit) for hit in answer.hits],
        "support": support_fields(answer),
        "dropped": retrieved.dropped,
        "left_out": retrieved.left_out,
        "marked": retrieved.marked,
    }


def _usage(answer: Answer) -> dict[str, int] | None:
    """Count the tokens of all attempts; None if the engine did not count them."""
    read = sum(attempt.prompt_tokens for attempt in answer.attempts)
    written = sum(attempt.completion_tokens for attempt in answer.attempts)
    if not read + written:
        return None
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


async def _server_sent(first: dict[str, Any], events: AsyncGenerator[dict[str, Any]]) -> AsyncGenerator[str]:
    async with aclosing(events):
        yield _line(first)
        try:
            async for event in events:
                yield _line(event)
        except Exception as error:
            yield _line(openai_fields(error))
    yield "data: [DONE]\n\n"


def _line(event: dict[str, Any]) -> str:
    return f"data: {json.dumps(event, ensure_ascii=False)}\n\n"
