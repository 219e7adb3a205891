"""The routes of `/history`, and of what was asked in a tab: read, search, export and delete."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from kotae.web.history import MOST_ENTRIES, History, HistoryEntry
from kotae.web.messages import translate
from kotae.web.pages import page_language, render_page
from kotae.web.questions import first_fault, json_object, read_body
from kotae.web.uploads import attachment
from rag.errors import RequestError
from rag.messages import Message
from rag.records import Language
from rag.tables.output import Column, OutputTable
from rag.tables.workbook import workbook

PAGE_ENTRIES: Final = 50
"""The entries of a page."""
TAB_BYTES: Final = 16 * 1024 * 1024
"""The most that a tab sends to be exported."""
_KINDS: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
}


class _Source(BaseModel):
    model_config = ConfigDict(extra="allow")
    rank: int
    source: str
    start: int
    end: int


class _TabEntry(BaseModel):
    model_config = ConfigDict(extra="forbid")
    question: str
    answer: str
    retrieval: bool
    asked: str
    seconds: float
    sources: list[_Source]


class _Tab(BaseModel):
    model_config = ConfigDict(extra="forbid")
    entries: Annotated[list[_TabEntry], Field(max_length=MOST_ENTRIES)]


def history_page(request: Request) -> Response:
    """List what was asked, latest first, with a form to search it."""
    history = _history(request)
    words, page = request.query_params.get("words", "").strip(), _number(request.query_params.get("page", "1"))
    entries, count = history.find(words, start=(page - 1) * PAGE_ENTRIES, most=PAGE_ENTRIES)
    pages = max(1, -(-count // PAGE_ENTRIES))
    if page > pages:  # the last entry of the last page was deleted
        return RedirectResponse(f"?{urlencode({'words': words, 'page': pages})}")
    return render_page(
        request,
        "history",
        entries=entries,
        count=count,
        words=words,
        page=page,
        pages=pages,
        path=history.path,
        most=MOST_ENTRIES,
    )


def history_file(request: Request) -> Response:
    """Return the entries that have the words in the address as a file."""
    entries, _ = _history(request).find(request.query_params.get("words", ""))
    return _exported(request, "history", entries)


async def tab_file(request: Request) -> Response:
    """Return what was asked in a tab, which sends it, as a file."""
    try:
        tab = _Tab.model_validate(json_object(await read_body(request, TAB_BYTES)))
    except ValidationError as error:
        name, fault, _ = first_fault(error)
        raise RequestError(Message("{name}: {fault}", name=name, fault=fault)) from error
    entries = [HistoryEntry(**entry.model_dump()) for entry in tab.entries]
    return await run_in_threadpool(_exported, request, "answers", entries)


def delete_entry(request: Request) -> Response:
    """Delete an entry. It may be gone already."""
    return JSONResponse({"deleted": _history(request).delete(request.path_params["entry"])})


def delete_all(request: Request) -> Response:
    """Delete every entry."""
    return JSONResponse({"deleted": _history(request).delete()})


ROUTES: Final = [
    Route("/history", history_page),
    Route("/history/entries.{kind}", history_file),
    Route("/history/delete", delete_all, methods=["POST"]),
    Route("/history/{entry:int}/delete", delete_entry, methods=["POST"]),
    Route("/asked.{kind}", tab_file, methods=["POST"]),
]


def _history(request: Request) -> History:
    history: History | None = request.app.state.history
    if history is None:
        raise RequestError("No history is kept", do="Start kotae serve with --history FILE.", status=404)
    return history


def _number(text: str) -> int:
    return max(1, int(text)) if text.isdecimal() and len(text) < 10 else 1


def _exported(request: Request, name: str, entries: Sequence[HistoryEntry]) -> Response:
    kind = request.path_params["kind"]
    if kind not in _KINDS:
        raise RequestError("What was asked is given as .xlsx, .csv or .jsonl", status=404)
    data = _file(kind, entries, page_language(request))
    return Response(data, media_type=_KINDS[kind], headers=attachment(f"{name}.{kind}"))


def _file(kind: str, entries: Sequence[HistoryEntry], language: Language) -> bytes:
    """Return entries as a table in which no cell is a formula, or as JSON, one a line."""
    if kind == "jsonl":
        return "".join(json.dumps(entry.content(), ensure_ascii=False) + "\n" for entry in entries).encode()
    table = OutputTable("answers", _columns(language), entries)
    return workbook([table], language) if kind == "xlsx" else table.to_csv()


def _columns(language: Language) -> list[Column[HistoryEntry]]:
    def title(name: str) -> str:
        return translate(name, language)

    def way(entry: HistoryEntry) -> str:
        return translate("with" if entry.retrieval else "without", language)

    return [
        Column(title("history_asked"), lambda entry: entry.asked[:19].replace("T", " "), 18),
        Column(title("question"), lambda entry: entry.question, 50),
        Column(title("history_answer"), lambda entry: entry.answer, 50),
        Column(title("how"), way, 18),
        Column(title("live.sources"), lambda entry: "; ".join(map(_citation, entry.sources)), 46),
        Column(title("history_model"), lambda entry: str(entry.settings.get("model", "")), 18),
        Column(title("history_seconds"), lambda entry: entry.seconds, 10.5, "0.0"),
    ]


def _citation(source: Any) -> str:
    return f"[{source['rank']}] {source['source']}:{source['start']}-{source['end']}"
