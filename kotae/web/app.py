"""The web application: its routes, and errors in the format that each client reads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kotae.web import (
    history_routes,
    library_routes,
    list_routes,
    openai_api,
    originals,
    pages,
    review_routes,
    set_routes,
)
from kotae.web.asking import ask, stop_answer
from kotae.web.comparisons import Comparisons
from kotae.web.drafting import SetDrafting
from kotae.web.errors import as_kotae_error, openai_fields, page_fields, status_of
from kotae.web.history import History
from kotae.web.index_view import IndexView
from kotae.web.jobs import JobRunner
from kotae.web.kept_answers import KeptAnswers
from kotae.web.library import Library
from kotae.web.library_sync import LibrarySync
from kotae.web.question_lists import QuestionLists
from kotae.web.queue import AnswerQueue
from kotae.web.runs_view import RunList
from kotae.web.set_folder import FOLDER, SetFolder
from rag.errors import KotaeError
from rag.factory import IndexSettings, ModelSettings


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """A model, an index, the folder searched for runs, that of documents that the page may change, and the history."""

    model: ModelSettings
    index: IndexSettings
    runs: Path
    library: Path | None = None
    history: Path | None = None


def build_app(config: ServerConfig) -> Starlette:
    """Build the application without authentication. No model or index is loaded yet."""
    app = Starlette(
        routes=[
            Route("/", pages.ask_page),
            Route("/ask", ask, methods=["POST"]),
            Route("/ask/{answer}/stop", stop_answer, methods=["POST"]),
            Route("/examples", pages.examples),
            Route("/lists", pages.lists_page),
            Route("/lists", list_routes.add_list, methods=["POST"]),
            Route("/lists/state", list_routes.list_states),
            Route("/lists/{list}/stop", list_routes.stop_list, methods=["POST"]),
            Route("/lists/{list}/answers.{kind}", list_routes.list_answers),
            *library_routes.ROUTES,
            Route("/documents", pages.documents_page),
            Route("/documents/{file}", pages.document_page),
            Route("/documents/{file}/original", originals.original),
            Route("/passages/{chunk}", pages.passage),
            Route("/passages/{chunk}/original", originals.passage_original),
            Route("/runs", pages.runs_page),
            Route("/runs/{run}/headline", pages.run_headline),
            Route("/runs/{run}/report", pages.run_report),
            Route("/runs/{run}/files.{kind}", pages.run_files),
            *set_routes.ROUTES,
            *review_routes.ROUTES,
            *history_routes.ROUTES,
            Route("/assets/{name}", pages.asset),
            Route("/v1/models", openai_api.list_models),
            Route("/v1/models/{name}", openai_api.show_model),
            Route("/v1/chat/completions", openai_api.complete_chat, methods=["POST"]),
            Route("/v1/completions", openai_api.complete_text, methods=["POST"]),
        ],
        exception_handlers={HTTPException: _failed, KotaeError: _failed, Exception: _failed},
    )
    view = IndexView(config.index, library=config.library is not None)
    app.state.index = view
    app.state.queue = AnswerQueue(config.model, view)
    app.state.library = app.state.syncing = None
    if config.library is not None:
        app.state.library = Library(config.library, config.index.folder)
        app.state.syncing = LibrarySync(app.state.library, view, app.state.queue.warm_up)
    app.state.history = None if config.history is None else History(config.history)
    app.state.kept = KeptAnswers()
    app.state.lists = QuestionLists(app.state.queue)
    app.state.runs = RunList(config.runs)
    app.state.sets = SetFolder(config.runs / FOLDER)
    app.state.jobs = JobRunner(app.state.queue)
    model, jobs = app.state.queue.settings, app.state.jobs
    app.state.comparisons = Comparisons(jobs, model, config.index, app.state.runs)
    app.state.drafting = SetDrafting(jobs, model, config.index, app.state.sets)
    return app


def _failed(request: Request, error: Exception) -> Response:
    path, known = request.url.path, as_kotae_error(error)
    if path.startswith("/v1/"):
        return JSONResponse(openai_fields(known), status_of(known))
    if request.method == "POST" or path.endswith(("/headline", "/state")):
        return JSONResponse({"error": page_fields(known, pages.page_language(request))}, status_of(known))
    return pages.error_page(request, known)
