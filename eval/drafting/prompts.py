"""The prompts of drafting, in files like those of answering: `prompts/NAME.ja.md` and `prompts/NAME.en.md`."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import resources
from typing import Final

from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.prompt_values import ChatPromptValue

from rag.generation.prompt import Role
from rag.generation.prompt_file import chat_parts
from rag.generation.prompt_template import Template
from rag.records import Language

_MESSAGES: Final = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}


def drafting_prompt(name: str, language: Language, values: Mapping[str, str]) -> ChatPromptValue:
    """Return the chat of a file with `values` in place of its placeholders."""
    parts = _parts(name, language, tuple(values))
    return ChatPromptValue(messages=[_MESSAGES[role](template.fill(values, ())) for role, template in parts])


@functools.cache
def _parts(name: str, language: Language, placeholders: tuple[str, ...]) -> tuple[tuple[Role, Template], ...]:
    file = resources.files("eval") / "drafting" / "prompts" / f"{name}.{language}.md"
    return chat_parts(file.read_text(encoding="utf-8"), placeholders=placeholders)
