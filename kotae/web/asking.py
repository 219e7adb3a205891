"""`POST /ask`: answer a question from the page as a stream of events, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from kotae.web.errors import page_fields
from kotae.web.pages import page_language
from kotae.web.questions import first_fault, json_object, read_body, read_question
from kotae.web.queue import AnswerQueue, Event, QueuedQuestion, Retrieved, Waiting
from kotae.web.serializers import answer_fields, hit_fields
from rag.errors import RequestError
from rag.messages import Message
from rag.records import Language


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    question: str
    language: Literal["auto", "ja", "en"]
    retrieval: bool


async def ask(request: Request) -> Response:
    """Answer one question. The events are waiting, found, text, done and error."""
    question = _read(await read_body(request))
    queue: AnswerQueue = request.app.state.queue
    return StreamingResponse(_lines(queue, question, page_language(request)), media_type="application/x-ndjson")


def _read(body: bytes) -> QueuedQuestion:
    try:
        fields = _Body.model_validate(json_object(body))
    except ValidationError as error:
        name, fault, _ = first_fault(error)
        raise RequestError(Message("{name}: {fault}", name=name, fault=fault)) from error
    language = None if fields.language == "auto" else fields.language
    return QueuedQuestion(read_question(fields.question, language), fields.retrieval)


async def _lines(queue: AnswerQueue, question: QueuedQuestion, language: Language) -> AsyncGenerator[str]:
    try:
        async with aclosing(queue.answer(question)) as events:
            async for event in events:
                yield _line(_fields(event))
    except Exception as error:
        yield _line({"event": "error", "error": page_fields(error, language)})


def _line(fields: dict[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False) + "\n"


def _fields(event: Event) -> dict[str, Any]:
    if isinstance(event, Waiting):
        return {"event": "waiting", "ahead": event.ahead}
    if isinstance(event, Retrieved):
        hits = [hit_fields(hit) for hit in event.hits]
        withheld = {"left_out": event.left_out, "marked": event.marked}
        return {"event": "found", "hits": hits, "dropped": event.dropped, **withheld}
    if event.done is not None:
        return {"event": "done", **answer_fields(event.done)}
    return {"event": "text", "text": event.text, "attempt": event.attempt}
