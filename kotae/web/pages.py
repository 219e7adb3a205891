"""The HTML pages: ask, documents, runs. Jinja escapes every text from outside."""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from kotae.web.errors import status_of
from kotae.web.index_view import Catalogue, IndexView
from kotae.web.library import Library
from kotae.web.messages import script_messages, translate
from kotae.web.queue import AnswerQueue
from kotae.web.runs_view import RunList
from kotae.web.uploads import attachment
from rag.errors import IndexMissing, IndexProblem, KotaeError, RequestError
from rag.records import LANGUAGES, Language
from rag.settings import DEFAULT_MODEL
from rag.text.language import markup_language

if TYPE_CHECKING:
    from jinja2 import Environment

_LANGUAGE_COOKIE = "kotae_language"
MOST_FILES = 500
"""The number of files that one page lists; the filter finds the others."""
MOST_EXAMPLES = 2
"""The number of questions that the page suggests before anything was asked."""
_YEAR = 365 * 24 * 3600
REPORT_POLICY = (
    "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""For reports: a sandbox without an origin, so without cookies and requests."""


def ask_page(request: Request) -> Response:
    """Show the form for questions and answers."""
    index: IndexView = request.app.state.index
    queue: AnswerQueue = request.app.state.queue
    library = request.app.state.library
    return render_page(request, "ask", model=queue.settings.uri, problem=index.problem(), library=library)


def examples(request: Request) -> Response:
    """Return titles of documents to ask about; none if the index cannot be read."""
    index: IndexView = request.app.state.index
    try:
        titles = index.titles(page_language(request), MOST_EXAMPLES)
    except IndexProblem:
        titles = []
    return JSONResponse({"titles": titles})


def lists_page(request: Request) -> Response:
    """Show the form for lists of questions; the script fetches how far they are."""
    index: IndexView = request.app.state.index
    queue: AnswerQueue = request.app.state.queue
    return render_page(request, "lists", model=queue.settings.uri, problem=index.problem())


def documents_page(request: Request) -> Response:
    """List the files of the index, filtered by language and name."""
    index: IndexView = request.app.state.index
    library: Library | None = request.app.state.library
    try:
        catalogue = index.catalogue()
    except IndexMissing as error:
        if library is None:
            return render_page(request, "documents", catalogue=None, problem=error, library=None)
        catalogue = Catalogue(str(index.settings.folder), "", complete=True, files=())
    if library is not None:
        catalogue = library.with_unread(catalogue)
    wanted, part = request.query_params.get("language", ""), request.query_params.get("name", "").strip()
    files = [
        file
        for file in catalogue.files
        if (wanted not in LANGUAGES or wanted in file.languages) and part.casefold() in file.source.casefold()
    ]
    listed = files[:MOST_FILES]
    return render_page(
        request,
        "documents",
        catalogue=catalogue,
        files=listed,
        matches=len(files),
        wanted=wanted,
        part=part,
        library=library,
    )


def document_page(request: Request) -> Response:
    """Show the chunks of a file."""
    index: IndexView = request.app.state.index
    number = request.query_params.get("page", "1")
    page = index.page(request.path_params["file"], int(number) if number.isdecimal() and len(number) < 9 else 1)
    return render_page(request, "document", page=page)


def passage(request: Request) -> Response:
    """Redirect to a chunk in its document."""
    index: IndexView = request.app.state.index
    chunk = request.path_params["chunk"]
    location = index.locate(chunk)
    return RedirectResponse(f"/documents/{location.file}?page={location.page}#chunk-{chunk}", 303)


def runs_page(request: Request) -> Response:
    """List the runs below the folder; the script fetches their headlines one by one."""
    runs: RunList = request.app.state.runs
    return render_page(request, "runs", runs=runs.entries(), folder=runs.folder)


def run_headline(request: Request) -> Response:
    """Return the verdict on a run, in the language of the page."""
    runs: RunList = request.app.state.runs
    headline = runs.headline(request.path_params["run"])
    return JSONResponse({"text": headline.texts[page_language(request)], "word": headline.word})


def run_report(request: Request) -> Response:
    """Show the report of a run, in a sandbox."""
    runs: RunList = request.app.state.runs
    page = runs.report(request.path_params["run"], page_language(request))
    return HTMLResponse(page, headers={"Content-Security-Policy": REPORT_POLICY})


def run_files(request: Request) -> Response:
    """Return the report of a run as a workbook, or with everything that there is of it as an archive."""
    runs: RunList = request.app.state.runs
    kind = request.path_params["kind"]
    data = runs.files(request.path_params["run"], kind, page_language(request))
    return Response(data, media_type="application/octet-stream", headers=attachment(f"report.{kind}"))


def asset(request: Request) -> Response:
    """Return a style sheet, script or icon."""
    content = _assets().get(request.path_params["name"])
    if content is None:
        raise RequestError("This file does not exist", status=404)
    kinds = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
    return Response(content, media_type=kinds[request.path_params["name"].rpartition(".")[2]])


def error_page(request: Request, error: KotaeError) -> Response:
    """Show an error: what is wrong, where, and what to do."""
    return render_page(request, "error", status=status_of(error), error=error)


def page_language(request: Request) -> Language:
    """Return the language of the page: as in the address, else in the cookie, else as the browser prefers."""
    for language in (request.query_params.get("lang"), request.cookies.get(_LANGUAGE_COOKIE)):
        if language in LANGUAGES:
            return language
    first = request.headers.get("accept-language", "").strip().lower()
    return "ja" if first.startswith("ja") else "en"


def render_page(request: Request, name: str, *, status: int = 200, **values: Any) -> Response:
    """Return a page in the language of its reader, from the template of this name."""
    language = page_language(request)
    if values.get("model") == DEFAULT_MODEL:
        values["model"] = translate("model_bundled", language)
    text = (
        _environment()
        .get_template(f"{name}.html")
        .render(
            section=name,
            history_kept=request.app.state.history is not None,
            language=language,
            switch={other: _same_page(request, other) for other in LANGUAGES},
            t=lambda name, /, **values: translate(name, language, **values),
            messages=json.dumps(script_messages(language), ensure_ascii=False),
            **values,
        )
    )
    response = HTMLResponse(text, status)
    if request.query_params.get("lang") in LANGUAGES:
        response.set_cookie(_LANGUAGE_COOKIE, language, max_age=_YEAR, httponly=True, samesite="strict")
    return response


def _same_page(request: Request, language: Language) -> str:
    """Return the address of the same page in a language, relative to itself."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return f"?{urlencode([*kept, ('lang', language)])}"


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("kotae.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["lang"] = markup_language
    return environment


@functools.cache
def _assets() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (resources.files("kotae.web") / "assets").iterdir()}
