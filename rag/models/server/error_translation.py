"""Translate the errors of a model server into kotae's."""

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
    SettingsError,
    first_line,
)
from rag.messages import Message
from rag.models.server.parameters import refused_parameter

_TOO_LONG: Final = re.compile(
    r"exceed_context_size|context_length_exceeded|context (?:length|size|window)|prompt is too long|too many tokens"
)
_LISTED: Final = 20
_CONTENT_STATUS: Final = (400, 413, 422, 451)
"""Status codes that may refer to the content of a request; others would occur for any request."""


@contextmanager
def translate_errors(where: str, key: str | None) -> Iterator[None]:
    """Raise the errors of the `openai` package, and of LangChain's use of it, as kotae's, without the key."""
    import openai

    try:
        yield
    except KotaeError:
        raise
    except openai.AuthenticationError as error:
        what = "The model server rejects the key" if key else "The model server requires a key"
        raise ModelServerRefused(what, where=where, do="Give it as KOTAE_API_KEY in the environment.") from error
    except openai.APIResponseValidationError as error:
        raise _mismatch(where, error) from error
    except (openai.APITimeoutError, openai.APIConnectionError) as error:
        raise no_server_answers(error, where) from error
    except openai.APIError as error:
        raise _of_api_error(error, where, key) from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise _mismatch(where, error) from error


def no_server_answers(error: BaseException, where: str) -> ModelServerUnreachable:
    """Return the error for a server to which there is no connection, or none that lasts."""
    cause = _first_cause(error)
    return ModelServerUnreachable(
        Message("No model server answers: {cause}", cause=first_line(cause)),
        where=where,
        do=Message("Start it, or give another with --base-url.{where}", where=_proxy_hint(where)),
    )


def no_such_model(name: str, known: Sequence[str], where: str) -> ModelUnavailable:
    """Return the error for a name that the server does not know."""
    names = ", ".join(known[:_LISTED]) + (f" and {len(known) - _LISTED} more" if len(known) > _LISTED else "")
    return ModelUnavailable(
        Message("The server has no model {name!r}", name=name),
        where=where,
        do=Message("It has: {names}.", names=names or Message("no models")),
    )


def _of_api_error(error: object, where: str, key: str | None) -> KotaeError:
    status, text = getattr(error, "status_code", None), " ".join(str(getattr(error, "message", error)).split())
    text = (text.replace(key, "<the key>") if key else text)[:400]
    if _TOO_LONG.search(f"{text} {getattr(error, 'body', '')}".lower()) and status in (400, 413, 422, None):
        return PromptTooLong(
            Message("The prompt is longer than the server's context: {text}", text=text),
            where=where,
            do="Ask a shorter question, or set --context to the server's context.",
        )
    if status == 404:
        return ModelUnavailable(
            Message("The server answered 404: {text}", text=text),
            where=where,
            do="Check that the URL is that of an OpenAI-compatible API (http://host:8000/v1) and that `kotae doctor "
            "--base-url URL` lists the model. A server without chats needs --api completions.",
        )
    if status is None or status in (408, 409, 429) or status >= 500:
        return ModelServerUnreachable(Message("The model server does not answer: {text}", text=text), where=where)
    if status in _CONTENT_STATUS:
        return _of_refusal(text, where)
    return ModelServerRefused(
        Message("The model server refused the request: {text}", text=text),
        where=where,
        do=Message("Check that the key (KOTAE_API_KEY in the environment) allows it.{where}", where=_proxy_hint(where)),
    )


def _of_refusal(text: str, where: str) -> KotaeError:
    """Return the error for a refused request: for its settings, which every request shares, or for its content."""
    if "chat template" in text.lower() or "chat_template" in text:
        return ModelUnavailable(
            Message("The server has no chat template for this model: {text}", text=text),
            where=where,
            do="Use --api completions.",
        )
    if parameter := refused_parameter(text):
        hint = "Give --temperature 1." if parameter == "temperature" else "Serve the model with vLLM or llama-server."
        return SettingsError(
            Message("The server does not support {parameter}: {text}", parameter=parameter, text=text),
            where=where,
            do=hint,
        )
    return ModelFailed(Message("The model server refused the request: {text}", text=text), where=where)


def _first_cause(error: BaseException) -> BaseException:
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def _proxy_hint(where: str) -> str:
    """Return how to bypass the environment's proxy for requests to `where`; "" if there is none."""
    parts = urlsplit(where)
    host = parts.hostname or ""
    proxied = parts.scheme in getproxies() and not proxy_bypass(host)
    hint = " Requests go through the proxy set in the environment; NO_PROXY={host} bypasses it."
    return Message(hint, host=host) if proxied else ""


def _mismatch(where: str, error: Exception) -> ModelServerMismatch:
    return ModelServerMismatch(
        Message("The model server's answer does not follow the protocol: {error}", error=str(error)[:200]),
        where=where,
        do="Check that the URL is that of an OpenAI-compatible API, such as http://host:8000/v1.",
    )
