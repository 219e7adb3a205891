"""Questions as clients send them: cleaned, and refused where no model could read them."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

from starlette.requests import Request

from rag.errors import PromptTooLong, RequestError
from rag.generation.chain import Question
from rag.records import Language
from rag.text.language import detect

MOST_CHARACTERS = 20_000
BODY_BYTES = 4 * 1024 * 1024
"""What the body of a request may have: a question of any script and the turns of a long chat."""


def read_question(text: str, language: Language | None = None) -> Question:
    """The question, in NFC and without control characters; `language=None` answers in the language it is in.

    Raises RequestError where it is empty or no Unicode text, PromptTooLong above MOST_CHARACTERS.
    """
    if len(text) > MOST_CHARACTERS:
        raise PromptTooLong(
            f"The question has {len(text):,} characters, and kotae serve reads up to {MOST_CHARACTERS:,}",
            do="Ask a shorter question.",
        )
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise RequestError("The question is no Unicode text: it holds half of a surrogate pair")
    kept = "".join(letter if letter in "\n\t" or unicodedata.category(letter) != "Cc" else " " for letter in text)
    kept = unicodedata.normalize("NFC", kept).strip()
    if not kept:
        raise RequestError("There is no question", do="Write one.")
    return Question(kept, detect(kept) if language is None else language)


async def read_body(request: Request) -> bytes:
    """The body of a request. Raises RequestError above BODY_BYTES.

    The rest is read all the same and thrown away, as a client that is still writing would not read the answer.
    """
    body, size = bytearray(), 0
    async for part in request.stream():
        size += len(part)
        if size <= BODY_BYTES:
            body += part
    if size > BODY_BYTES:
        raise RequestError(f"The request has {size:,} bytes, and kotae serve reads up to {BODY_BYTES:,}", status=413)
    return bytes(body)


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object in the body of a request. Raises RequestError."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RequestError(f"The body is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise RequestError("The body is no JSON object")
    return value
