"""HTTP status and JSON fields of errors, for the page and for OpenAI clients."""

from __future__ import annotations

import logging
from typing import Any

from starlette.exceptions import HTTPException

from rag.errors import DatasetError, IndexProblem, KotaeError, ModelUnavailable, PromptTooLong, RequestError
from rag.records import Language

_LOG = logging.getLogger("kotae.serve")


class ParameterError(RequestError):
    """A parameter of a request cannot be used; `param` is its name, `code` is OpenAI's code for the problem."""

    def __init__(self, what: str, param: str, code: str = "unsupported_parameter", status: int = 400) -> None:
        self.param = param
        self.code = code
        super().__init__(what, where=param, status=status)


def as_kotae_error(error: Exception) -> KotaeError:
    """Return any error as a KotaeError; log the traceback of an unexpected one."""
    if isinstance(error, KotaeError):
        return error
    if isinstance(error, HTTPException):
        what = "This page does not exist" if error.status_code == 404 else error.detail
        return RequestError(what, status=error.status_code)
    _LOG.error("unexpected error", exc_info=error)
    return RequestError("An unexpected error occurred", do="See the terminal of kotae serve for details.", status=500)


def status_of(error: KotaeError) -> int:
    """Return the HTTP status of an error."""
    if isinstance(error, RequestError):
        return error.status
    if isinstance(error, PromptTooLong | DatasetError):
        return 400
    return 503 if isinstance(error, IndexProblem | ModelUnavailable) else 500


def page_fields(error: Exception, language: Language) -> dict[str, Any]:
    """Return what the page shows of an error: what is wrong, where, and what to do, as sentences; and its name."""
    known = as_kotae_error(error)
    return {"name": type(known).__name__, "text": known.text(language)}


def openai_fields(error: Exception) -> dict[str, Any]:
    """Return an error in the format of OpenAI's API."""
    known = as_kotae_error(error)
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
