"""The routes of `/library`: add documents, remove them, and follow how they are read."""

from __future__ import annotations

import time
from contextlib import aclosing
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ingest.report import SyncReport
from kotae.web.errors import page_fields
from kotae.web.library import FILE_BYTES, Library
from kotae.web.library_sync import LibrarySync, SyncProgress
from kotae.web.pages import page_language
from kotae.web.questions import body_parts, first_fault, json_object, read_body
from rag.errors import RequestError
from rag.messages import Message, translated
from rag.records import Language

_MOST_NAMED = 500
"""The failures that are sent; the others are counted."""


class _Removal(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    files: list[str]


async def add_document(request: Request) -> Response:
    """Add the document in the body; its path below the library is `path` in the address. A sync is started apart."""
    library, _ = _library(request)
    async with aclosing(body_parts(request, FILE_BYTES)) as parts:
        try:
            with library.adding(request.query_params.get("path", "")) as file:
                async for part in parts:
                    file.write(part)
        finally:
            async for _ in parts:  # a client that is still sending would not read the response
                continue
    return JSONResponse({}, 201)


async def remove_documents(request: Request) -> Response:
    """Delete documents by their ids, and start a sync."""
    library, syncing = _library(request)
    try:
        ids = _Removal.model_validate(json_object(await read_body(request))).files
    except ValidationError as error:
        name, fault, _ = first_fault(error)
        raise RequestError(Message("{name}: {fault}", name=name, fault=fault)) from error
    removed = await run_in_threadpool(library.remove, set(ids))
    syncing.start(interrupt=removed > 0)
    return JSONResponse({"removed": removed, **_fields(syncing.progress, page_language(request))})


async def start_sync(request: Request) -> Response:
    """Bring the index up to date with the library."""
    _, syncing = _library(request)
    syncing.start()
    return JSONResponse(_fields(syncing.progress, page_language(request)), 202)


async def stop_sync(request: Request) -> Response:
    """End the sync early."""
    _, syncing = _library(request)
    syncing.stop()
    return JSONResponse(_fields(syncing.progress, page_language(request)), 202)


async def sync_state(request: Request) -> Response:
    """Return how far the sync is, or how it ended."""
    _, syncing = _library(request)
    return JSONResponse(_fields(syncing.progress, page_language(request)))


def _library(request: Request) -> tuple[Library, LibrarySync]:
    library: Library | None = request.app.state.library
    if library is None:
        raise RequestError(
            "kotae serve was started without a library", do="Start it with --library FOLDER.", status=404
        )
    return library, request.app.state.syncing


def _fields(progress: SyncProgress, language: Language) -> dict[str, Any]:
    return {
        "state": progress.state,
        "done": progress.done,
        "total": progress.total,
        "seconds": round(time.monotonic() - progress.began, 1) if progress.began else 0.0,
        "report": None if progress.report is None else _report_fields(progress.report, language),
        "error": None if progress.error is None else page_fields(progress.error, language),
    }


def _report_fields(report: SyncReport, language: Language) -> dict[str, Any]:
    """Return counts, and the documents that could not be read, in whole or in part, as `kotae ingest` names them."""
    named = [("failed", report.failed), ("parts", report.failed_parts), ("left_out", report.left_out)]
    return {
        **{name: len(getattr(report, name)) for name in ("added", "changed", "unchanged", "removed")},
        "seconds": round(report.seconds, 1),
        **{f"{name}_count": len(failures) for name, failures in named},
        **{
            name: [translated(failure.message, language) for failure in failures[:_MOST_NAMED]]
            for name, failures in named
        },
    }


ROUTES = [
    Route("/library/files", add_document, methods=["POST"]),
    Route("/library/remove", remove_documents, methods=["POST"]),
    Route("/library/sync", start_sync, methods=["POST"]),
    Route("/library/stop", stop_sync, methods=["POST"]),
    Route("/library/state", sync_state),
]
