"""Models, indexes and retrievers as `import kotae` takes them: a name, settings, or any LangChain object."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import KotaeError
from rag.factory import IndexSettings, ModelSettings
from rag.settings import DEFAULT_INDEX

if TYPE_CHECKING:
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.vectorstores import VectorStore

    from rag.generation.prompt import Prompt

_COLUMNS = re.compile(r"--columns (?:'([^']*)'|(\S+))")
_OPTION = re.compile(r"--(columns|limit|sample|out|conditions|repeats)\b")
_LANGUAGE = re.compile(r"--language (ja|en)\b")


def searched(
    index: str | Path | IndexSettings | None, retriever: BaseRetriever | VectorStore | None
) -> IndexSettings | BaseRetriever:
    """Return what is to be searched: the retriever, if there is one, else the index."""
    from langchain_core.vectorstores import VectorStore

    if isinstance(retriever, VectorStore):
        return retriever.as_retriever()
    return index_settings(index or DEFAULT_INDEX) if retriever is None else retriever


def wording(prompt: str | Path | Prompt | None, model: object) -> Prompt:
    """Return a prompt, read by its name or path; None is that of the model's settings, or the default."""
    from rag.generation.prompt_file import load_prompt

    if prompt is None:
        return model.prompt if isinstance(model, ModelSettings) else load_prompt()
    return load_prompt(prompt) if isinstance(prompt, str | Path) else prompt


def model_settings(model: str | ModelSettings, prompt: Prompt | None = None) -> ModelSettings:
    """Return the settings of a model; a text is its URI."""
    settings = ModelSettings(model) if isinstance(model, str) else model
    return settings if prompt is None else replace(settings, prompt=prompt)


def index_settings(index: str | Path | IndexSettings) -> IndexSettings:
    """Return the settings of an index; a text or path is its folder."""
    return index if isinstance(index, IndexSettings) else IndexSettings(Path(index))


@contextmanager
def in_python_words() -> Iterator[None]:
    """Name arguments in place of the options that an error names, and the DataFrame in place of a file."""
    try:
        yield
    except KotaeError as error:
        error.what, error.do = _arguments(error.what), error.do and _arguments(error.do)
        error.where = error.where and re.sub(r"^dataframe\.jsonl(?:, line)?", _in_frame, error.where)
        raise


def _arguments(text: str) -> str:
    """Return a text with arguments in place of options.

    >>> _arguments("Say which: --columns 'question=a b'. Choose another --out, or --language ja.")
    'Say which: columns="question=a b". Choose another out, or languages=["ja"].'
    """
    text = _COLUMNS.sub(lambda option: f'columns="{option[1] or option[2]}"', text)
    return _OPTION.sub(r"\1", _LANGUAGE.sub(r'languages=["\1"]', text))


def _in_frame(name: re.Match[str]) -> str:
    return "the DataFrame, row" if name[0].endswith("line") else "the DataFrame"
