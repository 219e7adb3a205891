"""What goes wrong between kotae and a model server, under our names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from rag.errors import (
    KotaeError,
    ModelFailed,
    ModelServerMismatch,
    ModelServerRefused,
    ModelServerUnreachable,
    ModelUnavailable,
    PromptTooLong,
)
from rag.models.server.parameters import refused_parameter

_TOO_LONG: Final = re.compile(
    r"exceed_context_size|context_length_exceeded|context (?:length|size|window)|prompt is too long|too many tokens"
)
_MANY: Final = 20
_OF_THE_CONTENT: Final = (400, 413, 422, 451)
"""The refusals that may be for what a request says; others would be the same whatever is asked."""


@contextmanager
def translate_errors(where: str, key: str | None) -> Iterator[None]:
    """What the `openai` package and LangChain's use of it raise inside, raised as one of ours, without the key."""
    import openai

    try:
        yield
    except KotaeError:
        raise
    except openai.AuthenticationError as error:
        what = "The model server does not take the key" if key else "The model server wants a key"
        raise ModelServerRefused(what, where=where, do="Give it as KOTAE_API_KEY in the environment.") from error
    except openai.APIResponseValidationError as error:
        raise _mismatch(where, error) from error
    except (openai.APITimeoutError, openai.APIConnectionError) as error:
        cause = _first_cause(error)
        raise ModelServerUnreachable(
            f"No model server answers: {str(cause) or type(cause).__name__}",
            where=where,
            do=f"Start it, or name another with --base-url.{_proxy_hint(where)}",
        ) from error
    except openai.APIError as error:
        raise _of_api_error(error, where, key) from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise _mismatch(where, error) from error


def no_such_model(name: str, known: Sequence[str], where: str) -> ModelUnavailable:
    """The error for a name that the server does not know."""
    has = ", ".join(known[:_MANY]) + (f" and {len(known) - _MANY} more" if len(known) > _MANY else "")
    return ModelUnavailable(f"The server has no model {name!r}", where=where, do=f"It has: {has or 'no model at all'}.")


def _of_api_error(error: object, where: str, key: str | None) -> KotaeError:
    status, said = getattr(error, "status_code", None), " ".join(str(getattr(error, "message", error)).split())
    said = (said.replace(key, "<the key>") if key else said)[:400]
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
    if status in _OF_THE_CONTENT:
        return _of_refusal(said, where)
    return ModelServerRefused(
        f"The model server refuses: {said}",
        where=where,
        do=f"Does the key (KOTAE_API_KEY in the environment) allow it?{_proxy_hint(where)}",
    )


def _of_refusal(said: str, where: str) -> KotaeError:
    """The error for a request that is refused for what it says: by the settings, whatever is asked, or the content."""
    if "chat template" in said.lower() or "chat_template" in said:
        return ModelUnavailable(
            f"The server cannot word chats for this model: {said}", where=where, do="Use --api completions."
        )
    if parameter := refused_parameter(said):
        cure = "Give --temperature 1." if parameter == "temperature" else "Serve the model with vLLM or llama-server."
        return ModelUnavailable(f"The server does not take {parameter}: {said}", where=where, do=cure)
    return ModelFailed(f"The model server refuses the request: {said}", where=where)


def _first_cause(error: BaseException) -> BaseException:
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def _proxy_hint(where: str) -> str:
    """How to go past the proxy that the environment names for requests to `where`; "" where it names none."""
    parts = urlsplit(where)
    host = parts.hostname or ""
    proxied = parts.scheme in getproxies() and not proxy_bypass(host)
    return f" Requests go through the proxy of the environment; NO_PROXY={host} keeps them from it." if proxied else ""


def _mismatch(where: str, error: Exception) -> ModelServerMismatch:
    return ModelServerMismatch(
        f"The model server gave an answer it should not: {str(error)[:200]}",
        where=where,
        do="Is it the URL of an OpenAI-compatible API, such as http://host:8000/v1?",
    )
