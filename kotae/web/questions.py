"""Read the bodies of requests, and clean and validate their questions."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import AsyncGenerator
from typing import Any

from pydantic import ValidationError
from starlette.requests import ClientDisconnect, Request

from rag.errors import PromptTooLong, RequestError
from rag.generation.chain import Question
from rag.messages import Message
from rag.records import Language
from rag.text.json_errors import json_fault
from rag.text.language import detect

MOST_CHARACTERS = 20_000
BODY_BYTES = 4 * 1024 * 1024
"""The largest body of a request: room for a question in any script and a long chat."""
_FIELDS = 100
"""The most fields of a body: twice as many as any API has parameters."""
_SHOWN = 80
_INSTANCE = re.compile(r" or instance of _?\w+")


def read_question(text: str, language: Language | None = None) -> Question:
    """Return the question in NFC, without control characters; `language=None` answers in its own language.

    Raises RequestError if it is empty or not valid Unicode, and PromptTooLong above MOST_CHARACTERS.
    """
    if len(text) > MOST_CHARACTERS:
        raise PromptTooLong(
            Message(
                "The question has {text:,} characters; kotae serve accepts up to {most_characters:,}",
                text=len(text),
                most_characters=MOST_CHARACTERS,
            ),
            do="Ask a shorter question.",
        )
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise RequestError("The question is not valid Unicode: it contains half of a surrogate pair")
    kept = "".join(letter if letter in "\n\t" or unicodedata.category(letter) != "Cc" else " " for letter in text)
    kept = unicodedata.normalize("NFC", kept).strip()
    if not kept:
        raise RequestError("The question is empty", do="Write a question.")
    return Question(kept, detect(kept) if language is None else language)


async def read_body(request: Request, most: int = BODY_BYTES) -> bytes:
    """Read the body of a request. Raises RequestError as `body_parts` does."""
    return b"".join([part async for part in body_parts(request, most)])


async def body_parts(request: Request, most: int) -> AsyncGenerator[bytes]:
    """Yield the body of a request as it comes. Raises RequestError above `most` bytes.

    Even then it is read to its end, as a client that is still sending would not read the response. One that leaves
    before is sent status 499, which nobody reads.
    """
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size <= most:
                yield part
    except ClientDisconnect as error:
        raise RequestError("The client has disconnected", status=499) from error
    if size > most:
        raise RequestError(
            Message(
                "The request has {size:,} bytes; kotae serve accepts up to {body_bytes:,}",
                size=size,
                body_bytes=most,
            ),
            status=413,
        )


def json_object(body: bytes) -> dict[str, Any]:
    """Parse a body as a JSON object. Raises RequestError."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RequestError(Message("The body is not JSON: {error}", error=json_fault(error))) from error
    if not isinstance(value, dict):
        raise RequestError("The body is not a JSON object")
    if len(value) > _FIELDS:
        raise RequestError(
            Message(
                "The body has {value:,} fields; kotae serve accepts up to {fields}", value=len(value), fields=_FIELDS
            )
        )
    return value


def first_fault(error: ValidationError) -> tuple[str, str, bool]:
    """Return the first field of a body that is wrong, what is wrong with it, and whether it is known at all."""
    fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    name = ".".join(map(str, fault["loc"])) or "the name of a field"
    return shortened(name), _INSTANCE.sub("", fault["msg"]), fault["type"] != "extra_forbidden"


def shortened(text: str) -> str:
    """Return a text of a request as messages repeat it."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
