"""The routes of `/lists`: send a list of questions, follow it, stop it, and fetch the table of answers."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from eval.runs.batch import answers_file, read_questions
from kotae.web.index_view import IndexView
from kotae.web.pages import page_language
from kotae.web.question_lists import QuestionList, QuestionLists
from kotae.web.questions import read_body
from kotae.web.uploads import attachment, file_name, read_uploaded
from rag.errors import RequestError

LIST_BYTES = 16 * 1024 * 1024
"""The largest file of questions."""
_KINDS = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv; charset=utf-8",
}


async def add_list(request: Request) -> Response:
    """Begin to answer the file of questions in the body; its `name` and `retrieval` (yes, no) are in the address."""
    body = await read_body(request, LIST_BYTES)
    name = file_name(request.query_params.get("name", ""))
    retrieval = request.query_params.get("retrieval", "")
    if retrieval not in ("yes", "no"):
        raise RequestError("retrieval must be yes or no")
    index: IndexView = request.app.state.index
    if retrieval == "yes" and (problem := await run_in_threadpool(index.problem)) is not None:
        raise problem
    questions = await run_in_threadpool(read_uploaded, name, body, read_questions)
    lists: QuestionLists = request.app.state.lists
    return JSONResponse(_fields(request, lists.add(name, questions, retrieval=retrieval == "yes")), 201)


async def list_states(request: Request) -> Response:
    """Return how far every list is, latest first."""
    lists: QuestionLists = request.app.state.lists
    return JSONResponse({"lists": [_fields(request, entry) for entry in lists.entries()]})


async def stop_list(request: Request) -> Response:
    """Stop a list."""
    lists: QuestionLists = request.app.state.lists
    return JSONResponse(_fields(request, await lists.stop(request.path_params["list"])))


def list_answers(request: Request) -> Response:
    """Return the table of answers as .xlsx or .csv, with every question of the list."""
    lists: QuestionLists = request.app.state.lists
    entry = lists.get(request.path_params["list"])
    suffix = f".{request.path_params['kind']}"
    if suffix not in _KINDS:
        raise RequestError("The table of answers is .xlsx or .csv", status=404)
    name = f"{PurePath(entry.name).stem}-answers{suffix}"
    table = answers_file(suffix, entry.table, with_sources=entry.retrieval, language=page_language(request))
    return Response(table, media_type=_KINDS[suffix], headers=attachment(name))


def _fields(request: Request, entry: QuestionList) -> dict[str, Any]:
    counts = {"answered": len(entry.rows), "failed": entry.failed, "total": len(entry.questions)}
    return entry.fields(page_language(request)) | counts
