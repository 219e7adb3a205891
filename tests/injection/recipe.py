"""The recipe that users copy, without a defence: the file's text as common loaders give it, pasted before the question.

Loaders: TextLoader (the file as it is), BSHTMLLoader (`get_text()` of the page), CSVLoader (`column: value` lines),
Docx2txtLoader (the text of every run). Prompt: LangChain's "stuff with sources", `Content: ...` and `Source: ...`.
System message and question are worded as kotae words them, so that the two prompts differ by the defences alone.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from langchain_core.messages import BaseMessage, HumanMessage
from langchain_core.prompt_values import ChatPromptValue

from rag.generation.prompt import build_prompt
from rag.generation.prompt_file import load_prompt
from rag.records import Language

_ABOVE: dict[Language, str] = {
    "en": "Use the following pieces of context to answer the question at the end.",
    "ja": "次の文脈を使って、最後の質問に答えてください。",
}


@dataclass(frozen=True, slots=True)
class Pasted:
    """A text and where it comes from."""

    text: str
    source: str


def read_plainly(path: Path) -> Pasted:
    """The text of a file, whatever a reader of it would see."""
    if path.suffix == ".docx":
        from docx import Document

        return Pasted("\n".join(one.text for one in Document(str(path)).paragraphs), path.name)
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        from lxml.html import fromstring

        text = fromstring(text).text_content()
    if path.suffix == ".csv":
        rows = csv.DictReader(io.StringIO(text))
        text = "\n".join(f"{name}: {value}" for row in rows for name, value in row.items())
    return Pasted(text.strip(), path.name)


def plain_prompt(question: str, language: Language, passages: Sequence[Pasted]) -> ChatPromptValue:
    """The passages pasted, neither fenced nor changed, then the question."""
    messages: list[BaseMessage] = build_prompt(question, language, [], load_prompt()).to_messages()
    pasted = [f"Content: {one.text}\nSource: {one.source}" for one in passages]
    text = "\n\n".join([_ABOVE[language], *pasted, str(messages[-1].text)])
    return ChatPromptValue(messages=[*messages[:-1], HumanMessage(text)])
