"""A scripted chat model, engine and retriever, and small verification sets and corpora, for tests."""

from __future__ import annotations

import csv
import json
import re
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.retrievers import BaseRetriever
from pydantic import Field, PrivateAttr

from eval.dataset.conditions import Condition
from eval.dataset.load import OPTIONAL, REQUIRED, Dataset, load_dataset
from eval.runs.description import RunIdentity, Scope
from eval.runs.run import execute
from eval.runs.until_decided import sequential_plan
from rag.errors import ModelFailed
from rag.generation.chain import GroundedChain, build_chain
from rag.generation.prompt_file import load_prompt
from rag.models import registry
from rag.models.engine import Completion, EngineOptions, Piece, TextEngine, Turn
from rag.records import Decoding
from rag.safety.injection_filter import InjectionFilter

BOTH = (Condition.NO_RAG, Condition.RAG)
HEADER = (*REQUIRED, *OPTIONAL)
LABELS = "弦楽器=string|打楽器=percussion"
ROWS: tuple[tuple[str, ...], ...] = (
    ("1", "日本の首都はどこですか？", "東京", "What is the capital of Japan?", "Tokyo", "open_qa",
     "", "", "ja/t.md", "ja", ""),
    ("2", "テニスの王子様の作者は？", "許斐剛", "Who drew The Prince of Tennis?", "Takeshi Konomi", "open_qa",
     "", "", "ja/k.md", "ja", ""),
    ("3", "琴は弦楽器ですか、打楽器ですか？", "弦楽器", "Is the koto string or percussion?", "string", "classification",
     "", "", "", "none", LABELS),
    ("4", "太鼓は弦楽器ですか、打楽器ですか？", "打楽器", "Is the taiko string or percussion?", "percussion",
     "classification", "", "", "en/d.md", "en", LABELS),
    ("5", "水の化学式は何ですか？", "H2O", "What is the chemical formula of water?", "H2O", "open_qa",
     "", "", "", "none", ""),
)  # fmt: skip
REPLIES: dict[str, str] = {cell: row[at + 1] for row in ROWS for at, cell in enumerate(row) if at in (1, 3)}
"""The right answer to each question of ROWS."""


def answer_for(prompt: str, replies: Mapping[str, str], with_passages: Mapping[str, str]) -> str:
    """The reply whose question stands in the prompt; "!..." stands for a failure with that message."""
    table = {**replies, **with_passages} if "<passage 1" in prompt else replies
    reply = next((reply for question, reply in table.items() if question in prompt), "分かりません I do not know")
    if reply.startswith("!"):
        raise ModelFailed(reply[1:])
    return reply


class ScriptedChat(BaseChatModel):
    """Answers by the question it finds in the prompt, and keeps the prompts it was given."""

    name_: str = "scripted"
    replies: dict[str, str] = REPLIES
    with_passages: dict[str, str] = Field(default_factory=dict)
    delay: float = 0.0
    _prompts: list[str] = PrivateAttr(default_factory=list)
    _lock: Any = PrivateAttr(default_factory=threading.Lock)

    @property
    def prompts(self) -> list[str]:
        return self._prompts

    @property
    def _llm_type(self) -> str:
        return "scripted"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"name": self.name_}

    def _generate(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        prompt = "\n".join(str(message.text) for message in messages)
        with self._lock:
            self._prompts.append(prompt)
        time.sleep(self.delay)
        reply = AIMessage(content=answer_for(prompt, self.replies, self.with_passages))
        return ChatResult(generations=[ChatGeneration(message=reply)])


PASSAGE = "東京は日本の首都である。"


class OnePassage(BaseRetriever):
    """Finds one document, whatever is asked."""

    text: str = PASSAGE

    def _get_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:
        about = {"source": "ja/t.md", "title": "東京", "lang": "ja", "start": 0, "end": len(self.text), "score": 0.5}
        return [Document(id="t0", page_content=self.text, metadata=about)]


class ScriptedEngine(TextEngine):
    """An engine for the model registry: a token is a character."""

    def __init__(self, replies: Mapping[str, str], with_passages: Mapping[str, str], context: int) -> None:
        self.identity = "scripted@1"
        self.context = context
        self.batch_size = 3
        self.replies, self.with_passages = replies, with_passages
        self.prompts: list[str] = []
        self.seeds: list[int] = []

    def render(self, turns: Sequence[Turn]) -> str:
        return "".join(f"[{turn.role}]{turn.text}\n" for turn in turns)

    def complete(self, prompts: Sequence[str], decoding: Decoding, stop: Sequence[str] = ()) -> list[Completion]:
        self.prompts += prompts
        self.seeds.append(decoding.seed)
        return [Completion(answer_for(one, self.replies, self.with_passages)) for one in prompts]

    def stream(self, prompt: str, decoding: Decoding, stop: Sequence[str] = ()) -> Iterator[Piece]:
        (completion,) = self.complete([prompt], decoding, stop)
        for letter in completion.text:
            yield Piece(letter)
        yield Piece("", completion)

    def count_tokens(self, text: str) -> int:
        return len(text)


class Script:
    """The scripted engines that were opened, and what they say."""

    def __init__(self) -> None:
        self.replies: dict[str, str] = dict(REPLIES)
        self.with_passages: dict[str, str] = {}
        self.opened: list[ScriptedEngine] = []

    def open(self, _: str, options: EngineOptions) -> TextEngine:
        engine = ScriptedEngine(self.replies, self.with_passages, options.context)
        self.opened.append(engine)
        return engine

    def install(self, monkeypatch: pytest.MonkeyPatch) -> Script:
        """Make `scripted` a model URI whose engines say this."""
        kind = registry.ModelKind("scripted", "none", "nothing", "rag", "", self.open)
        monkeypatch.setitem(registry.KINDS, "scripted", kind)
        return self

    @property
    def prompts(self) -> list[str]:
        return [prompt for engine in self.opened for prompt in engine.prompts]


def write_set(path: Path, rows: Sequence[Sequence[str]] = ROWS, header: Sequence[str] = HEADER) -> Path:
    """A verification set as CSV."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def chains(model: BaseChatModel, repeats: int = 1, passage: str = PASSAGE) -> dict[Condition, list[GroundedChain]]:
    retrievers = {
        Condition.NO_RAG: None,
        Condition.RAG: OnePassage(text=passage),
        Condition.ORACLE: OnePassage(text="正しい資料。"),
        Condition.WITHHELD: OnePassage(text="別の資料。"),
    }
    prompt = load_prompt(injection_filter=InjectionFilter.DROP)
    return {condition: [build_chain(model, one, prompt)] * repeats for condition, one in retrievers.items()}


def identity(dataset: Dataset, **changes: Any) -> RunIdentity:
    settings: dict[str, Any] = {
        "model": "scripted",
        "model_identity": "scripted@1",
        "decoding": {"temperature": 0.0},
        "context": 4096,
        "prompt": "default",
        "dataset": dataset.path.name,
        "dataset_sha256": dataset.sha256,
        "index": "digest",
        "encoder": "encoder",
        "top_k": 3,
    }
    return RunIdentity(**{**settings, **changes})


def run_set(
    folder: Path,
    verify: Path,
    model: BaseChatModel,
    *,
    conditions: Sequence[Condition] = BOTH,
    languages: Sequence[str] = ("ja", "en"),
    numbers: Sequence[str] | None = None,
    batch_size: int = 4,
    repeats: int = 1,
    reuse: Sequence[Path] = (),
    passage: str = PASSAGE,
    until_decided: bool = False,
    **changes: Any,
) -> None:
    """Run a set into a folder, as `kotae eval run` does, with a scripted model."""
    dataset = load_dataset(verify)
    wanted = [item.number for item in dataset.items] if numbers is None else numbers
    plan = sequential_plan(dataset.items, conditions, repeats) if until_decided else None
    scope = Scope(tuple(wanted), tuple(languages), tuple(conditions), repeats, plan)  # type: ignore[arg-type]
    built = chains(model, repeats, passage)
    by_condition = {condition: chain for condition, chain in built.items() if condition in conditions}
    execute(folder, dataset, by_condition, scope, identity(dataset, **changes), reuse=reuse, batch_size=batch_size)


CORPUS = {
    "ja/東京.md": "---\ntitle: 東京\n---\n東京は日本の首都である。人口は2024年時点で約1,400万人である。\n",
    "ja/許斐剛.md": "---\ntitle: 許斐剛\n---\n許斐剛は大阪府出身の漫画家で、『テニスの王子様』の作者である。\n",
    "en/water.md": "---\ntitle: Water\n---\nWater is a compound of hydrogen and oxygen. Its chemical formula is H2O.\n",
}


def write_corpus(folder: Path) -> Path:
    """Three documents."""
    for source, text in CORPUS.items():
        (folder / source).parent.mkdir(parents=True, exist_ok=True)
        (folder / source).write_text(text, encoding="utf-8")
    return folder


def lines(out: Path) -> list[dict]:
    text = (out / "answers.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n")[:-1]]


def records(out: Path) -> list[dict]:
    """What stands in answers.jsonl but the seconds, in an order of its own."""
    return sorted(
        ({**line, "seconds": None, "retrieval_seconds": None, "crc32": None} for line in lines(out)),
        key=lambda line: line["key"],
    )


def write_floats(path: Path) -> Path:
    """Rewrite a workbook so that its whole numbers stand in the file as 1.0, as some programs write them."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w") as new:
        for name, data in parts.items():
            sheet = name.startswith("xl/worksheets/")
            new.writestr(name, re.sub(rb'(t="n"[^>]*><v>)(\d+)</v>', rb"\1\2.0</v>", data) if sheet else data)
    return path
