"""`POST /ask`: a question of the page, answered as a stream of events, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from kotae.web.errors import page_fields
from kotae.web.questions import json_object, read_body, read_question
from kotae.web.queue import Asked, Desk, Event, Found, Waiting
from kotae.web.serializers import answer_fields, hit_fields
from rag.errors import RequestError


class _Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    question: str
    language: Literal["auto", "ja", "en"]
    retrieval: bool


async def ask(request: Request) -> Response:
    """Answer one question. Events: waiting, found, text, done, error."""
    asked = _read(await read_body(request))
    desk: Desk = request.app.state.desk
    return StreamingResponse(_lines(desk, asked), media_type="application/x-ndjson")


def _read(body: bytes) -> Asked:
    try:
        wanted = _Wanted.model_validate(json_object(body))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise RequestError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    language = None if wanted.language == "auto" else wanted.language
    return Asked(read_question(wanted.question, language), wanted.retrieval)


async def _lines(desk: Desk, asked: Asked) -> AsyncGenerator[str]:
    try:
        async with aclosing(desk.answer(asked)) as events:
            async for event in events:
                yield _line(_fields(event))
    except Exception as error:
        yield _line({"event": "error", "error": page_fields(error)})


def _line(fields: dict[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False) + "\n"


def _fields(event: Event) -> dict[str, Any]:
    if isinstance(event, Waiting):
        return {"event": "waiting", "ahead": event.ahead}
    if isinstance(event, Found):
        hits = [hit_fields(hit) for hit in event.hits]
        return {"event": "found", "hits": hits, "dropped": event.dropped, "left_out": event.left_out}
    if event.done is not None:
        return {"event": "done", **answer_fields(event.done)}
    return {"event": "text", "text": event.text, "attempt": event.attempt}
