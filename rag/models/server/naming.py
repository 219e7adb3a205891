"""What goes wrong between kotae and a model server, under our names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from rag.errors import (
    KotaeError,
    ModelFailed,
    ModelServerMismatch,
    ModelServerRefused,
    ModelServerUnreachable,
    ModelUnavailable,
    PromptTooLong,
)

_TOO_LONG: Final = re.compile(
    r"exceed_context_size|context_length_exceeded|context (?:length|size|window)|prompt is too long|too many tokens"
)
_MANY: Final = 20


@contextmanager
def named_errors(where: str, *, with_key: bool) -> Iterator[None]:
    """What the `openai` package and LangChain's use of it raise inside, raised as one of our errors."""
    import openai

    try:
        yield
    except KotaeError:
        raise
    except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
        what = "The model server does not take the key" if with_key else "The model server wants a key"
        raise ModelServerRefused(what, where=where, do="Give it as KOTAE_API_KEY in the environment.") from error
    except openai.APIResponseValidationError as error:
        raise _mismatch(where, error) from error
    except (openai.APITimeoutError, openai.APIConnectionError) as error:
        cause = error.__cause__ or error
        raise ModelServerUnreachable(
            f"No model server answers: {str(cause) or type(cause).__name__}",
            where=where,
            do="Start it, or name another with --base-url.",
        ) from error
    except openai.APIError as error:
        raise _of_api_error(error, where) from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise _mismatch(where, error) from error


def no_such_model(name: str, known: Sequence[str], where: str) -> ModelUnavailable:
    """The error for a name that the server does not know."""
    has = ", ".join(known[:_MANY]) + (f" and {len(known) - _MANY} more" if len(known) > _MANY else "")
    return ModelUnavailable(f"The server has no model {name!r}", where=where, do=f"It has: {has or 'no model at all'}.")


def _of_api_error(error: object, where: str) -> KotaeError:
    status, said = getattr(error, "status_code", None), " ".join(str(getattr(error, "message", error)).split())[:400]
    if _TOO_LONG.search(f"{said} {getattr(error, 'body', '')}".lower()) and status in (400, 413, 422, None):
        return PromptTooLong(
            f"The prompt is longer than the server's context: {said}",
            where=where,
            do="Ask a shorter question, or give the server's context with --context.",
        )
    if status == 404:
        return ModelUnavailable(
            f"The server does not have what it was asked for: {said}",
            where=where,
            do="Is it the URL of an OpenAI-compatible API (http://host:8000/v1), and the name one of `kotae doctor "
            "--base-url URL`? A server without chats needs --api completions.",
        )
    if status is None or status in (408, 409, 429) or status >= 500:
        return ModelServerUnreachable(f"The model server does not answer: {said}", where=where)
    cure = "Use --api completions." if "chat template" in said.lower() or "chat_template" in said else None
    return ModelFailed(f"The model server refuses the request: {said}", where=where, do=cure)


def _mismatch(where: str, error: Exception) -> ModelServerMismatch:
    return ModelServerMismatch(
        f"The model server gave an answer it should not: {str(error)[:200]}",
        where=where,
        do="Is it the URL of an OpenAI-compatible API, such as http://host:8000/v1?",
    )
