"""`kotae prompt`: list the prompts that come with kotae, and show what a prompt makes of a question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from kotae.console import echo
from kotae.group import KotaeGroup
from kotae.options import decline_option, index_options, injection_filter_option, json_option, option
from kotae.settings import as_json_text, index_settings
from rag.messages import Message, display_language
from rag.settings import PROMPTS
from rag.text.columns import in_columns

if TYPE_CHECKING:
    from langchain_core.prompt_values import PromptValue

    from rag.generation.prompt import Prompt
    from rag.records import Hit, Language


@click.group("prompt", cls=KotaeGroup, short_help="List prompts, or show one.")
def prompt_group() -> None:
    """List prompts, or show one.

    \b
    Example:
      kotae prompt show default --language ja
    """


@prompt_group.command("list", short_help="List the prompts.")
def prompt_list() -> None:
    """List the prompts that come with kotae.

    \b
    Example:
      kotae prompt list
    """
    from rag.generation.prompt_file import load_prompt

    rows = []
    for name in PROMPTS:
        prompt = load_prompt(name)
        files = ", ".join(dict.fromkeys(wording.file for wording in prompt.wordings.values()))
        rows.append((name, Message("raw text") if prompt.raw else Message("chat"), files))
    echo(in_columns(rows, display_language(), gap=3))


@prompt_group.command("show", short_help="Show a prompt.")
@click.argument("name", metavar="NAME|FILE")
@option("--question", help="Show the prompt that the model gets for this question, instead of the files.")
@option("--language", type=click.Choice(["ja", "en"]), help="Language to answer in; by default that of the question.")
@decline_option
@injection_filter_option
@index_options
@json_option
def prompt_show(
    name: str,
    question: str | None,
    language: Language | None,
    decline: str,
    injection_filter: str,
    as_json: bool,
    **settings: Any,
) -> None:
    """Show the files of a prompt, or with --question the prompt that the model gets; name an index for passages.

    \b
    Example:
      kotae prompt show mine.md --question "日本の首都は？" --index .kotae/index
    """
    from rag.generation.prompt import build_prompt
    from rag.generation.prompt_file import load_prompt
    from rag.text.language import detect, readable

    prompt = load_prompt(name, decline=decline == "allowed", injection_filter=injection_filter)
    if question is None:
        echo(as_json_text(prompt.texts) if as_json else _files(prompt, language))
        return
    question = readable(question)
    value = build_prompt(question, language or detect(question), _passages(prompt, question, settings), prompt)
    content = {"raw": prompt.raw, "stop": prompt.stop, "messages": _messages(value)}
    echo(as_json_text(content) if as_json else _as_text(value))


def _files(prompt: Prompt, language: Language | None) -> str:
    wordings = [prompt.wording(language)] if language else list(prompt.wordings.values())
    texts = {wording.file: wording.text.rstrip("\n") for wording in wordings}
    if len(texts) == 1:
        return next(iter(texts.values()))
    return "\n\n".join(f"== {file}\n{text}" for file, text in texts.items())


def _passages(prompt: Prompt, question: str, settings: dict[str, Any]) -> tuple[Hit, ...]:
    """Return the passages of a question, none where no index is named."""
    context = click.get_current_context()
    if settings["chroma_url"] is None and context.get_parameter_source("index") is ParameterSource.DEFAULT:
        return ()
    from rag.factory import open_retriever

    prompt.require_passages()
    return tuple(open_retriever(index_settings(settings)).search(question))


def _messages(value: PromptValue) -> list[dict[str, str]]:
    names = {"human": "user", "ai": "assistant"}
    return [{"role": names.get(message.type, message.type), "text": message.text} for message in value.to_messages()]


def _as_text(value: PromptValue) -> str:
    from langchain_core.prompt_values import StringPromptValue

    if isinstance(value, StringPromptValue):
        return value.to_string()
    return "\n\n".join(f"# {message['role']}\n{message['text']}" for message in _messages(value))
