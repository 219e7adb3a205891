"""Evaluations over real servers on loopback: llama.cpp's, killed and started again, and Chroma's beside it."""

from __future__ import annotations

import csv
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from eval.dataset.conditions import Condition
from eval.dataset.load import REQUIRED
from eval.report.build import build_report
from eval.runs.ask import Progress
from eval.runs.evaluate import QuestionSelection, evaluate_set
from eval.runs.run import load_run
from rag.errors import ModelUnavailable, RunError
from rag.factory import IndexSettings, ModelSettings
from rag.generation.prompt_file import load_prompt
from rag.models.server.address import ModelServer
from rag.records import Decoding, Language
from tests.eval.scripted import lines
from tests.model_servers import KEY, LlamaServer, llama_server
from tests.samples import SMALL_CORPUS, write_corpus
from tests.sites import Site, new_site

QUESTIONS = 24
SUMS = [(str(n), f"{n}+1は？", str(n + 1), f"What is {n}+1?", str(n + 1), "open_qa") for n in range(1, QUESTIONS + 1)]
FACTS = [
    ("1", "日本の首都はどこですか？", "東京", "What is the capital of Canada?", "Ottawa", "open_qa"),
]


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOTAE_API_KEY", KEY)


def write_rows(path: Path, rows: list[tuple[str, ...]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([REQUIRED, *rows])
    return path


def on(server: LlamaServer, tokens: int, prompt: str, concurrency: int) -> ModelSettings:
    uri = f"openai:{server.model.stem}"
    served = ModelServer(server.url, concurrency=concurrency)
    return ModelSettings(uri, Decoding(max_new_tokens=tokens), 4096, load_prompt(prompt), server=served)


def evaluate(
    verify: Path,
    out: Path,
    model: ModelSettings,
    languages: tuple[Language, ...],
    site: Site | None = None,
    progress: Progress | None = None,
) -> None:
    conditions = (Condition.NO_RAG,) if site is None else (Condition.NO_RAG, Condition.RAG)
    index = IndexSettings(Path("none"), None, 1) if site is None else IndexSettings(site.folder, None, 1, site.server)
    evaluate_set(verify, out, QuestionSelection(languages, conditions), model, index, progress=progress)


@pytest.mark.model
@pytest.mark.slow
def test_a_server_killed_during_an_evaluation_costs_no_answer(
    tmp_path: Path, shallow_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed at six answers and started again at once, then killed at twelve and left: 24 answers, each once."""
    verify, out = write_rows(tmp_path / "set.csv", SUMS), tmp_path / "run"
    killed = threading.Semaphore(0)

    def wait_to_be_killed(done: int, _: int) -> None:
        if done in (10, 18):  # however quick the model and slow the killer, it is killed before these are answered
            killed.acquire(timeout=600)

    with llama_server(shallow_model, tmp_path) as server, ThreadPoolExecutor(1) as pool:
        model = on(server, tokens=2, prompt="base", concurrency=3)
        first = pool.submit(evaluate, verify, out, model, ("ja",), progress=wait_to_be_killed)
        wait_for(out, 6, first)
        server.kill()
        server.start()
        killed.release()
        wait_for(out, 12, first)
        monkeypatch.setattr("openai._base_client.INITIAL_RETRY_DELAY", 0.0)  # all retries, but no pauses between them
        server.kill()
        killed.release()
        with pytest.raises((RunError, ModelUnavailable)):
            first.result()
        kept = [line for line in lines(out) if line["failure"] is None]
        assert 6 <= len(kept) < QUESTIONS
        unfinished = build_report([out]).runs[0]
        assert unfinished.missing == QUESTIONS - len(kept)
        assert {(cell.failed, cell.missing) for cell in unfinished.cells} == {(0, unfinished.missing)}

        server.start()
        evaluate(verify, out, model, ("ja",))
    answered = [line for line in lines(out) if line["failure"] is None]
    assert answered[: len(kept)] == kept
    assert sorted(int(line["number"]) for line in answered) == list(range(1, QUESTIONS + 1))
    assert all(line["unanswered"] for line in lines(out) if line["failure"] is not None)
    finished = build_report([out]).runs[0]
    assert finished.missing == 0
    assert {cell.failed for cell in finished.cells} == {0}


def wait_for(out: Path, answers: int, running: Future[None]) -> None:
    """Until so many lines are answers, or the run has stopped."""
    path = out / "answers.jsonl"
    while not running.done() and (
        not path.exists() or path.read_bytes().count(b'"unanswered": false, "crc32"') < answers
    ):
        time.sleep(0.02)


@pytest.mark.model
@pytest.mark.slow
def test_two_servers_give_what_one_process_gives(tmp_path: Path, shallow_model: Path, chroma_url: str) -> None:
    """Chroma's server and llama.cpp's (one slot, no cached prefix, greedy): answer by answer as embedded."""
    verify = write_rows(tmp_path / "set.csv", FACTS)
    corpus = write_corpus(tmp_path / "corpus", SMALL_CORPUS)
    embedded = Site(tmp_path / "index")
    here = ModelSettings(f"gguf:{shallow_model}", Decoding(max_new_tokens=10), 4096)
    with (
        new_site("server", tmp_path / "unused", chroma_url) as served,
        llama_server(shallow_model, tmp_path) as server,
    ):
        there = on(server, tokens=10, prompt="default", concurrency=1)
        for name, model, site in (("embedded", here, embedded), ("served", there, served)):
            site.sync(corpus)
            evaluate(verify, tmp_path / name, model, ("ja", "en"), site)
    said = [answers(tmp_path / name) for name in ("embedded", "served")]
    assert said[0] == said[1]
    assert len(said[0]) == 4
    assert all(hits for (*_, condition), (_, hits) in said[0].items() if condition is Condition.RAG)


def answers(out: Path) -> dict:
    """Every attempt with its counts, and the passages, by place."""
    found = {}
    for one in load_run(out).log.by_key.values():
        assert one.answer is not None
        hits = [(hit.rank, hit.chunk) for hit in one.answer.hits]
        found[one.number, one.language, one.condition] = one.answer.attempts, hits
    return found
