"""The routes to draft a set from the documents, and to review one: a question a screen, kept, mended or dropped."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from eval.dataset.review import ReviewRow
from kotae.web.drafting import SetDrafting
from kotae.web.index_view import IndexView
from kotae.web.pages import page_language, render_page
from kotae.web.questions import first_fault, json_object, read_body
from kotae.web.set_folder import SetFolder
from kotae.web.set_routes import begun
from rag.errors import RequestError
from rag.messages import Message
from rag.records import LANGUAGES

MOST_DRAFTED = 500
"""The most questions of a draft."""
Body = TypeVar("Body", bound=BaseModel)


class _Wanted(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    count: Annotated[int, Field(ge=1, le=MOST_DRAFTED)]
    language: Literal["ja", "en", "both"]


class _Marked(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    row: int
    before: list[str]
    texts: list[str]
    keep: bool | None


async def draft(request: Request) -> Response:
    """Begin to draft a set, of as many questions and in the language that the body says."""
    wanted = await _body(request, _Wanted)
    index: IndexView = request.app.state.index
    if (problem := await run_in_threadpool(index.problem)) is not None:
        raise problem
    drafting: SetDrafting = request.app.state.drafting
    languages = LANGUAGES if wanted.language == "both" else (wanted.language,)
    return begun(request, drafting.begin(wanted.count, tuple(languages), page_language(request)))


async def review_page(request: Request) -> Response:
    """Show the form for one question; the script fetches them."""
    sets: SetFolder = request.app.state.sets
    entry = await run_in_threadpool(sets.get, request.path_params["set"])
    await run_in_threadpool(sets.review, entry.id)
    return render_page(request, "review", set=entry)


async def review_state(request: Request) -> Response:
    """Return the rows of a set with what was made of them."""
    return JSONResponse(await _rows(request))


async def mark(request: Request) -> Response:
    """Write down what a person has made of the row in the body, and return how the set is then."""
    marked = await _body(request, _Marked)
    sets: SetFolder = request.app.state.sets
    row = ReviewRow(marked.row, tuple(marked.texts), "", marked.keep)
    await run_in_threadpool(sets.mark, request.path_params["set"], row, marked.before, page_language(request))
    return JSONResponse(await _rows(request))


async def _rows(request: Request) -> dict[str, Any]:
    sets: SetFolder = request.app.state.sets
    review = await run_in_threadpool(sets.review, request.path_params["set"])
    rows = [{"row": row.number, "texts": row.texts, "excerpt": row.excerpt, "keep": row.keep} for row in review.rows]
    return {"fields": review.fields, "rows": rows}


async def _body(request: Request, kind: type[Body]) -> Body:
    try:
        return kind.model_validate(json_object(await read_body(request)))
    except ValidationError as error:
        name, fault, _ = first_fault(error)
        raise RequestError(Message("{name}: {fault}", name=name, fault=fault)) from error


ROUTES = (
    Route("/sets/draft", draft, methods=["POST"]),
    Route("/sets/{set}/review", review_page),
    Route("/sets/{set}/rows/state", review_state),
    Route("/sets/{set}/rows", mark, methods=["POST"]),
)
