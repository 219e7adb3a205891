"""Errors as answers: the status of HTTP, and the fields that the page and OpenAI clients read."""

from __future__ import annotations

import logging
from typing import Any

from starlette.exceptions import HTTPException

from rag.errors import IndexProblem, KotaeError, ModelUnavailable, PromptTooLong, RequestError

_LOG = logging.getLogger("kotae.serve")


class ParameterError(RequestError):
    """A parameter of a request cannot be used; `param` names it, `code` is OpenAI's word for what is wrong."""

    def __init__(self, what: str, param: str, code: str = "unsupported_parameter", status: int = 400) -> None:
        self.param = param
        self.code = code
        super().__init__(what, where=param, status=status)


def named(error: Exception) -> KotaeError:
    """The error under a name of ours; one that nobody foresaw is logged with its traceback."""
    if isinstance(error, KotaeError):
        return error
    if isinstance(error, HTTPException):
        what = "There is no such page" if error.status_code == 404 else error.detail
        return RequestError(what, status=error.status_code)
    _LOG.error("unforeseen", exc_info=error)
    return RequestError(f"kotae failed: {type(error).__name__}", do="Its terminal has the details.", status=500)


def status_of(error: KotaeError) -> int:
    """The status that goes with an error."""
    if isinstance(error, RequestError):
        return error.status
    if isinstance(error, PromptTooLong):
        return 400
    return 503 if isinstance(error, IndexProblem | ModelUnavailable) else 500


def page_fields(error: Exception) -> dict[str, Any]:
    """What the page shows of an error: its name, what is wrong, where, and what to do."""
    known = named(error)
    return {"name": type(known).__name__, "what": known.what, "where": known.where, "do": known.do}


def openai_fields(error: Exception) -> dict[str, Any]:
    """An error in the shape of OpenAI's API."""
    known = named(error)
    kind = "invalid_request_error" if status_of(known) < 500 else "server_error"
    code = "context_length_exceeded" if isinstance(known, PromptTooLong) else type(known).__name__
    return {
        "error": {
            "message": str(known),
            "type": kind,
            "param": getattr(known, "param", None),
            "code": getattr(known, "code", code),
        }
    }
