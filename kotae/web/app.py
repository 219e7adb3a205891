"""The application: which address is answered by what, and errors in the shape that each client reads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kotae.web import openai_api as chat_api
from kotae.web import pages
from kotae.web.asking import ask
from kotae.web.errors import named, openai_fields, page_fields, status_of
from kotae.web.index_view import Library
from kotae.web.queue import Desk
from kotae.web.runs_view import RunShelf
from rag.errors import KotaeError
from rag.factory import IndexSettings, ModelSettings


@dataclass(frozen=True, slots=True)
class Offer:
    """What is served: a model, an index, and the folder below which runs are."""

    model: ModelSettings
    index: IndexSettings
    runs: Path


def build_app(offer: Offer) -> Starlette:
    """The application, without the guard before it. Nothing is loaded yet."""
    app = Starlette(
        routes=[
            Route("/", pages.ask_page),
            Route("/ask", ask, methods=["POST"]),
            Route("/documents", pages.documents_page),
            Route("/documents/{file}", pages.document_page),
            Route("/passages/{chunk}", pages.passage),
            Route("/runs", pages.runs_page),
            Route("/runs/{run}/headline", pages.run_headline),
            Route("/runs/{run}/report", pages.run_report),
            Route("/assets/{name}", pages.asset),
            Route("/v1/models", chat_api.list_models),
            Route("/v1/models/{name}", chat_api.show_model),
            Route("/v1/chat/completions", chat_api.complete, methods=["POST"]),
        ],
        exception_handlers={HTTPException: _failed, KotaeError: _failed, Exception: _failed},
    )
    app.state.library = Library(offer.index)
    app.state.desk = Desk(offer.model, app.state.library)
    app.state.shelf = RunShelf(offer.runs)
    return app


def _failed(request: Request, error: Exception) -> Response:
    path, known = request.url.path, named(error)
    if path.startswith("/v1/"):
        return JSONResponse(openai_fields(known), status_of(known))
    if path == "/ask" or path.endswith("/headline"):
        return JSONResponse({"error": page_fields(known)}, status_of(known))
    return pages.error_page(request, known)
