"""The routes of `/sets` and `/jobs`: bring a set, compare with it, continue a comparison, follow and stop work."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from eval.dataset.conditions import Condition
from kotae.web.comparisons import Comparisons
from kotae.web.jobs import Job, JobRunner
from kotae.web.pages import page_language, render_page
from kotae.web.questions import first_fault, json_object, read_body
from kotae.web.queue import AnswerQueue
from kotae.web.set_folder import SetFolder
from kotae.web.uploads import attachment, file_name
from rag.errors import RequestError
from rag.messages import Message, translated

SET_BYTES = 64 * 1024 * 1024
"""The largest file of a set."""


class _Chosen(BaseModel):
    model_config = ConfigDict(extra="forbid")
    conditions: list[Condition]


async def sets_page(request: Request) -> Response:
    """List the sets, with a form to bring one and a choice of ways to answer for each."""
    sets: SetFolder = request.app.state.sets
    queue: AnswerQueue = request.app.state.queue
    entries = await run_in_threadpool(sets.entries)
    model = queue.settings.uri
    return render_page(request, "sets", sets=entries, folder=sets.folder, model=model, translated=translated)


async def add_set(request: Request) -> Response:
    """Keep the set in the body, whose `name` is in the address."""
    body = await read_body(request, SET_BYTES)
    name = file_name(request.query_params.get("name", ""))
    sets: SetFolder = request.app.state.sets
    entry = await run_in_threadpool(sets.add, name, body)
    return JSONResponse({"id": entry.id, "name": entry.path.name}, 201)


async def set_file(request: Request) -> Response:
    """Return the file of a set."""
    sets: SetFolder = request.app.state.sets
    path = (await run_in_threadpool(sets.get, request.path_params["set"])).path
    data = await run_in_threadpool(path.read_bytes)
    return Response(data, media_type="application/octet-stream", headers=attachment(path.name))


async def delete_set(request: Request) -> Response:
    """Delete a set. Runs that asked it keep their questions."""
    sets: SetFolder = request.app.state.sets
    await run_in_threadpool(sets.remove, request.path_params["set"])
    return JSONResponse({})


async def compare(request: Request) -> Response:
    """Begin a comparison of a set under the conditions in the body."""
    body = await read_body(request)
    try:
        chosen = _Chosen.model_validate(json_object(body))
    except ValidationError as error:
        name, fault, _ = first_fault(error)
        raise RequestError(Message("{name}: {fault}", name=name, fault=fault)) from error
    sets: SetFolder = request.app.state.sets
    entry = await run_in_threadpool(sets.get, request.path_params["set"])
    comparisons: Comparisons = request.app.state.comparisons
    return begun(request, comparisons.begin(entry, tuple(dict.fromkeys(chosen.conditions)), page_language(request)))


async def resume(request: Request) -> Response:
    """Continue a run that was interrupted."""
    comparisons: Comparisons = request.app.state.comparisons
    stored = await run_in_threadpool(comparisons.stored, request.path_params["run"])
    return begun(request, comparisons.resume(stored, page_language(request)))


async def job_state(request: Request) -> Response:
    """Return how far the work in the background is, None if there was none."""
    jobs: JobRunner = request.app.state.jobs
    return JSONResponse({"job": None if jobs.latest is None else _fields(request, jobs.latest)})


async def stop_job(request: Request) -> Response:
    """Stop the work in the background."""
    jobs: JobRunner = request.app.state.jobs
    return JSONResponse(_fields(request, jobs.stop(request.path_params["job"])))


def begun(request: Request, job: Job) -> Response:
    """Return the response to a request that began work in the background."""
    return JSONResponse(_fields(request, job), 201)


def _fields(request: Request, job: Job) -> dict[str, Any]:
    left = None if job.left is None else round(job.left, 1)
    progress = {"kind": job.kind, "done": job.done, "total": job.total, "left": left, "result": job.result}
    return job.fields(page_language(request)) | progress


ROUTES = (
    Route("/sets", sets_page),
    Route("/sets", add_set, methods=["POST"]),
    Route("/sets/{set}/file", set_file),
    Route("/sets/{set}/delete", delete_set, methods=["POST"]),
    Route("/sets/{set}/comparison", compare, methods=["POST"]),
    Route("/runs/{run}/resume", resume, methods=["POST"]),
    Route("/jobs/state", job_state),
    Route("/jobs/{job}/stop", stop_job, methods=["POST"]),
)
