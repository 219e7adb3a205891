"""`POST /ask`: answer a question from the page as a stream of events, one JSON object a line."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from kotae.web.errors import page_fields
from kotae.web.history import History, HistoryEntry
from kotae.web.kept_answers import KeptAnswers
from kotae.web.pages import page_language
from kotae.web.questions import first_fault, json_object, read_body, read_question
from kotae.web.queue import AnswerQueue, Event, QueuedQuestion, Retrieved, Waiting
from kotae.web.serializers import answer_fields, hit_fields
from rag.errors import KotaeError, RequestError
from rag.messages import Message
from rag.records import Hit, Language


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    question: str
    language: Literal["auto", "ja", "en"]
    retrieval: bool
    id: Annotated[str, Field(pattern=r"^[0-9a-f-]{8,64}$")] | None = None


async def ask(request: Request) -> Response:
    """Answer one question. The events are waiting, found, text, done, unkept and error.

    A question with an `id` goes on without its client, and is followed from its beginning when it is sent again.
    """
    body = _read(await read_body(request))
    question = _question(body)
    recorder = _Recorder(request.app.state.history, question, _settings(request))
    begin = partial(_lines, request.app.state.queue, question, recorder, page_language(request))
    kept: KeptAnswers = request.app.state.kept
    lines = begin() if body.id is None else kept.get(body.id, begin).follow()
    return StreamingResponse(lines, media_type="application/x-ndjson")


async def stop_answer(request: Request) -> Response:
    """Stop a question that goes on without its client."""
    kept: KeptAnswers = request.app.state.kept
    kept.stop(request.path_params["answer"])
    return JSONResponse({})


def _read(body: bytes) -> _Body:
    try:
        return _Body.model_validate(json_object(body))
    except ValidationError as error:
        name, fault, _ = first_fault(error)
        raise RequestError(Message("{name}: {fault}", name=name, fault=fault)) from error


def _question(body: _Body) -> QueuedQuestion:
    language = None if body.language == "auto" else body.language
    return QueuedQuestion(read_question(body.question, language), body.retrieval)


@dataclass(slots=True)
class _Recorder:
    """Keeps a question with its answer, if there is a history."""

    history: History | None
    question: QueuedQuestion
    settings: dict[str, Any]
    asked: datetime = field(default_factory=lambda: datetime.now(UTC))
    began: float = field(default_factory=time.monotonic)
    hits: Sequence[Hit] = ()

    @property
    def seconds(self) -> float:
        """The time since its turn came."""
        return round(time.monotonic() - self.began, 1)

    async def keep(self, event: Event) -> None:
        """Take note of the passages, and write the answer. Raises KotaeError."""
        if isinstance(event, Waiting):
            self.began = time.monotonic()
        elif isinstance(event, Retrieved):
            self.hits = event.hits
        elif event.done is not None and self.history is not None:
            entry = HistoryEntry(
                self.question.question.text, event.done.text, self.question.retrieval,
                self.asked.isoformat(timespec="seconds"), self.seconds,
                [hit_fields(hit) for hit in self.hits], self.settings,
            )  # fmt: skip
            await run_in_threadpool(self.history.add, entry)


def _settings(request: Request) -> dict[str, Any]:
    model, index = request.app.state.queue.settings, request.app.state.index.settings
    return {"model": model.uri, "decoding": asdict(model.decoding), "top_k": index.top_k, "reranker": index.reranker}


async def _lines(
    queue: AnswerQueue, question: QueuedQuestion, recorder: _Recorder, language: Language
) -> AsyncGenerator[str]:
    try:
        async with aclosing(queue.answer(question)) as events:
            async for event in events:
                try:
                    await recorder.keep(event)
                except KotaeError as error:
                    yield _line({"event": "unkept", "error": page_fields(error, language)})
                fields = _fields(event)
                yield _line(fields | {"seconds": recorder.seconds} if fields["event"] == "done" else fields)
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
