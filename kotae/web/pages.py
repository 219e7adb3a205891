"""The pages: asking, documents, runs. Written on the server; every text from outside is escaped by Jinja."""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from kotae.web.errors import page_fields, status_of
from kotae.web.index_view import Library
from kotae.web.messages import error_title, say, script_words
from kotae.web.queue import Desk
from kotae.web.runs_view import RunShelf
from rag.errors import IndexMissing, KotaeError, RequestError
from rag.records import LANGUAGES, Language
from rag.text.language import JAPANESE, detect

if TYPE_CHECKING:
    from jinja2 import Environment

_LANGUAGE_COOKIE = "kotae_language"
MOST_FILES = 500
"""How many files one page lists; the filter finds the others."""
_YEAR = 365 * 24 * 3600
REPORT_POLICY = (
    "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Of a report: no origin of its own, so no cookie and no request. Its page names style and script by their hashes."""


def ask_page(request: Request) -> Response:
    """The form, and where answers appear."""
    library: Library = request.app.state.library
    desk: Desk = request.app.state.desk
    return _page(request, "ask", model=desk.settings.uri, problem=library.problem())


def documents_page(request: Request) -> Response:
    """The files of the index, by language and name."""
    library: Library = request.app.state.library
    try:
        catalogue = library.catalogue()
    except IndexMissing as error:
        return _page(request, "documents", catalogue=None, problem=error)
    wanted, part = request.query_params.get("language", ""), request.query_params.get("name", "").strip()
    files = [
        file
        for file in catalogue.files
        if (wanted not in LANGUAGES or wanted in file.languages) and part.casefold() in file.source.casefold()
    ]
    listed = files[:MOST_FILES]
    return _page(request, "documents", catalogue=catalogue, files=listed, found=len(files), wanted=wanted, part=part)


def document_page(request: Request) -> Response:
    """The chunks of a file."""
    library: Library = request.app.state.library
    page = request.query_params.get("page", "1")
    leaf = library.leaf(request.path_params["file"], int(page) if page.isdecimal() and len(page) < 9 else 1)
    return _page(request, "document", leaf=leaf)


def passage(request: Request) -> Response:
    """To the place of a chunk in its document."""
    library: Library = request.app.state.library
    chunk = request.path_params["chunk"]
    spot = library.spot(chunk)
    return RedirectResponse(f"/documents/{spot.file}?page={spot.page}#chunk-{chunk}", 303)


def runs_page(request: Request) -> Response:
    """The runs below the folder; the script asks for their headlines one by one."""
    shelf: RunShelf = request.app.state.shelf
    return _page(request, "runs", runs=shelf.entries(), folder=shelf.folder)


def run_headline(request: Request) -> Response:
    """The verdict on a run, in the language of the page."""
    shelf: RunShelf = request.app.state.shelf
    found = shelf.headline(request.path_params["run"])
    return JSONResponse({"text": found.texts[page_language(request)], "word": found.word})


def run_report(request: Request) -> Response:
    """The report of a run, as a page that can do nothing but show itself."""
    shelf: RunShelf = request.app.state.shelf
    return HTMLResponse(shelf.report(request.path_params["run"]), headers={"Content-Security-Policy": REPORT_POLICY})


def asset(request: Request) -> Response:
    """Style, script and icon."""
    content = _assets().get(request.path_params["name"])
    if content is None:
        raise RequestError("There is no such file", status=404)
    kinds = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
    return Response(content, media_type=kinds[request.path_params["name"].rpartition(".")[2]])


def error_page(request: Request, error: KotaeError) -> Response:
    """An error with its name, what is wrong, where, and what to do."""
    return _page(request, "error", status=status_of(error), fields=page_fields(error))


def page_language(request: Request) -> Language:
    """The language of the page: as asked for just now, else as remembered, else as the browser prefers."""
    for said in (request.query_params.get("lang"), request.cookies.get(_LANGUAGE_COOKIE)):
        if said in LANGUAGES:
            return said
    first = request.headers.get("accept-language", "").strip().lower()
    return "ja" if first.startswith("ja") else "en"


def _page(request: Request, name: str, *, status: int = 200, **values: Any) -> Response:
    language = page_language(request)
    text = (
        _environment()
        .get_template(f"{name}.html")
        .render(
            here=name,
            language=language,
            switch={one: _same_page(request, one) for one in LANGUAGES},
            t=lambda name, /, **places: say(name, language, **places),
            error_title=functools.partial(error_title, language=language),
            words=json.dumps(script_words(language), ensure_ascii=False),
            **values,
        )
    )
    response = HTMLResponse(text, status)
    if request.query_params.get("lang") in LANGUAGES:
        response.set_cookie(_LANGUAGE_COOKIE, language, max_age=_YEAR, httponly=True, samesite="strict")
    return response


def _same_page(request: Request, language: Language) -> str:
    """This page in a language, relative to itself."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return f"?{urlencode([*kept, ('lang', language)])}"


def _language_of(text: str) -> str:
    """The language to name in `lang`, for the choice of glyphs: Japanese from the first Japanese letter on."""
    return "ja" if JAPANESE.search(text) else detect(text)


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("kotae.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["lang"] = _language_of
    return made


@functools.cache
def _assets() -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in (resources.files("kotae.web") / "assets").iterdir()}
