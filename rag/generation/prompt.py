"""Prompts: one wording with and without context, in the question's language.

The conditions of an experiment differ by the passages alone. Passages are numbered, labelled, fenced, and said to be
data. Anyone may have written them: whatever a model could take for its own control tokens is removed first, and for an
instruction, marked or removed (`tests/injection` measures how well). A passage without such things is in the prompt to
the letter.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.prompt_values import ChatPromptValue, PromptValue, StringPromptValue

from rag.errors import SettingsError
from rag.generation.prompt_template import DECLINE, LANGUAGE, PASSAGES, QUESTION, Template
from rag.messages import Message
from rag.records import Hit, Language
from rag.safety.control_tokens import escape_control_tokens
from rag.safety.injection_filter import DEFAULT_FILTER, InjectionFilter
from rag.safety.sanitize import sanitize_label, sanitize_passage
from rag.text.language import detect

Role = Literal["system", "user", "assistant"]
_MESSAGES: Final[Mapping[Role, type[BaseMessage]]] = {
    "system": SystemMessage,
    "user": HumanMessage,
    "assistant": AIMessage,
}
_LANGUAGE_NAMES: Final[Mapping[Language, Mapping[Language, str]]] = {
    "ja": {"ja": "日本語", "en": "英語"},
    "en": {"ja": "Japanese", "en": "English"},
}
"""The names of languages, by the language of the prompt that they stand in."""
_REPAIR: Final[Mapping[Language, str]] = {
    "ja": "答えを日本語だけでもう一度書いてください。",
    "en": "Write your answer again, in English only.",
}
_LINE: Final[Mapping[Language, str]] = {"ja": "文章", "en": "Passage"}


@dataclass(frozen=True, slots=True)
class Wording:
    """The wording of a prompt in one language: the parts of a chat, of which raw text has one.

    `file` and `text` are the file it was read from, with its whole text. With `in_lines` each passage is one line, as a
    model that was never tuned for chats has seen them, and not fenced. `repair` is the line that asks once more for an
    answer in the right language; without it nothing is asked again.
    """

    file: str
    text: str
    parts: tuple[tuple[Role, Template], ...]
    in_lines: bool = False
    repair: str | None = None

    @property
    def written_in(self) -> Language:
        """The language of the words themselves."""
        return detect("\n".join(template.words for _, template in self.parts))

    def has(self, placeholder: str) -> bool:
        """Return whether any part contains a placeholder."""
        return any(placeholder in template.placeholders for _, template in self.parts)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt in the languages that it has: a chat, or `raw` text for a completion model to continue.

    `stop` are texts that end a completion, besides the model's own end of text. With `decline` the prompt has the words
    that let a model say that the answer is not known. `injection_filter` says what becomes of sentences in passages
    that look like instructions.
    """

    name: str
    wordings: Mapping[Language, Wording]
    raw: bool = False
    stop: tuple[str, ...] = ()
    decline: bool = False
    injection_filter: InjectionFilter = DEFAULT_FILTER

    def wording(self, language: Language) -> Wording:
        """Return the wording in a language. Raises SettingsError if there is none."""
        if language not in self.wordings:
            stem, _, suffix = self.name.rpartition(".")
            raise SettingsError(
                Message(
                    "The prompt {name} has no text for questions in {language}",
                    name=self.name,
                    language=Message(_LANGUAGE_NAMES["en"][language]),
                ),
                where=", ".join(wording.file for wording in self.wordings.values()),
                do=Message(
                    "Add a file {stem}.{language}.{suffix}, or {name} for all languages.",
                    stem=stem,
                    language=language,
                    suffix=suffix,
                    name=self.name,
                ),
            )
        return self.wordings[language]

    @property
    def texts(self) -> dict[str, str]:
        """The whole files by language, which a run records."""
        return {language: wording.text for language, wording in sorted(self.wordings.items())}

    def frame(self, language: Language) -> str:
        """Return what an answer depends on besides the text of the prompt; "" for a prompt that comes with kotae."""
        own = "." in self.name
        return json.dumps([self.raw, self.stop, self.wording(language).repair]) if own else ""

    def require_passages(self) -> None:
        """Raise SettingsError if a wording has no place for passages."""
        for wording in self.wordings.values():
            if not wording.has(PASSAGES):
                raise SettingsError(
                    "This prompt has no {passages}, so that retrieval would change nothing",
                    where=wording.file,
                    do="Put {passages} where the passages belong, or ask without retrieval.",
                )


def build_prompt(question: str, language: Language, hits: Sequence[Hit], prompt: Prompt) -> PromptValue:
    """Write the prompt of one question, with the passages of `hits` in the order given; with none, without context.

    Raises SettingsError if the prompt has no words in this language.
    """
    wording = prompt.wording(language)
    mode = prompt.injection_filter
    passages = [_line(_LINE[language], hit, mode) if wording.in_lines else _passage(hit, mode) for hit in hits]
    values = {
        QUESTION: escape_control_tokens(question),
        PASSAGES: "\n".join(passages),
        LANGUAGE: _LANGUAGE_NAMES[wording.written_in][language],
    }
    sections = [name for name, applies in ((PASSAGES, hits), (DECLINE, prompt.decline)) if applies]
    parts = [(role, template.fill(values, sections)) for role, template in wording.parts]
    if prompt.raw:
        return StringPromptValue(text=parts[0][1])
    return ChatPromptValue(messages=[_MESSAGES[role](text) for role, text in parts])


def repair_prompt(value: PromptValue, language: Language, prompt: Prompt) -> PromptValue:
    """Add a last line to a chat that asks for the answer in `language` only; raw text stays as it is."""
    repair = prompt.wording(language).repair
    if prompt.raw or not repair:
        return value
    *before, last = value.to_messages()
    return ChatPromptValue(messages=[*before, HumanMessage(f"{last.text}\n{repair}")])


def default_repair(language: Language) -> str:
    """Return the line that asks once more for an answer in `language` only."""
    return _REPAIR[language]


def _line(name: str, hit: Hit, mode: InjectionFilter) -> str:
    """Return a passage as one line of text."""
    title = f" ({_label(hit.chunk.title, mode)})" if hit.chunk.title else ""
    return " ".join(f"{name} {hit.rank}{title}: {sanitize_passage(hit.chunk.text, mode).text}".split())


def _passage(hit: Hit, mode: InjectionFilter) -> str:
    chunk = hit.chunk
    source = _label(chunk.source, mode)
    label = f"{_label(chunk.title, mode)} ({source})" if chunk.title else source
    return f'<passage {hit.rank} "{label}">\n{sanitize_passage(chunk.text, mode).text}\n</passage {hit.rank}>'


def _label(name: str, mode: InjectionFilter) -> str:
    return sanitize_label(name, mode).text.replace('"', "'")
