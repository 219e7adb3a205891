"""Prompt files: Markdown or text with placeholders, those that come with kotae and the user's own.

A file may begin with front matter between lines of `---`: `raw: true` for text that a completion model continues,
`stop` for the texts that end a completion, `passages: lines` for one line a passage, `repair` for the line that asks
again (false: none). Lines `# system`, `# user` and `# assistant` begin the parts of a chat; without them all is the
user's. `NAME.ja.md` and `NAME.en.md` have the words in one language, `NAME.md` for those without a file of their own.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any, Final, cast, get_args

from rag.errors import SettingsError, UnreadableDocument
from rag.generation.prompt import Prompt, Role, Wording, default_repair
from rag.generation.prompt_template import DECLINE, PLACEHOLDERS, QUESTION, Template
from rag.messages import Message, reason_of
from rag.records import LANGUAGES, Language
from rag.safety.injection_filter import DEFAULT_FILTER, InjectionFilter
from rag.settings import PROMPT_SUFFIXES, PROMPTS
from rag.storage.regular_files import read_regular
from rag.text.encoding_detection import decode

_MAX_BYTES: Final = 64 * 1024
_FRONT_MATTER: Final = re.compile(r"\A---[ \t]*\n(.*?\n)?---[ \t]*(?:\n|\Z)", re.DOTALL)
_PART: Final = re.compile(rf"^# ?({'|'.join(get_args(Role))})[ \t]*$", re.IGNORECASE | re.MULTILINE)
_KEYS: Final = ("raw", "stop", "passages", "repair")


@dataclass(frozen=True, slots=True)
class _FileContent:
    """A file as it was read: its wording, and what all languages of a prompt share."""

    wording: Wording
    raw: bool
    stop: tuple[str, ...]


def load_prompt(
    name: str | Path = PROMPTS[0], *, decline: bool = False, injection_filter: InjectionFilter | str = DEFAULT_FILTER
) -> Prompt:
    """Return a prompt that comes with kotae, by its name, or one of the user's own, by its path (.md or .txt).

    With `decline`, it has the words that let a model say that the answer is not known. `injection_filter` is "off",
    "mark" or "drop". Raises SettingsError for a file that cannot be read, or that has a placeholder too many or too
    few, for `decline` where there are no such words, and for another filter.
    """
    if injection_filter not in set(InjectionFilter):
        known = ", ".join(InjectionFilter)
        raise SettingsError(
            Message("Unknown injection filter {injection_filter!r}", injection_filter=str(injection_filter)),
            do=Message("Choose from: {known}.", known=known),
        )
    prompt = _shipped(str(name)) if str(name) in PROMPTS else _own(Path(name))
    if prompt.injection_filter != injection_filter:
        prompt = replace(prompt, injection_filter=InjectionFilter(injection_filter))
    if not decline:
        return prompt
    for wording in prompt.wordings.values():
        if not any(DECLINE in template.sections for _, template in wording.parts):
            raise SettingsError(
                Message("The prompt {prompt} has no text that lets a model decline", prompt=prompt.name),
                where=wording.file,
                do="Put such a text between {if decline} and {end} in a file of your own, or omit --decline allowed.",
            )
    return replace(prompt, decline=True)


def prompt_folder() -> Path:
    """Return the folder of the prompts that come with kotae."""
    return Path(str(resources.files("rag"))) / "generation" / "prompts"


@functools.cache
def _shipped(name: str) -> Prompt:
    return _read_languages(name, prompt_folder() / f"{name}.md")


def _own(path: Path) -> Prompt:
    if path.suffix.lower() not in PROMPT_SUFFIXES:
        raise SettingsError(
            Message("There is no prompt {path!r}", path=str(path)),
            do=Message(
                "Choose one of {prompts}, or give a file that ends in {prompt_suffixes}.",
                prompts=", ".join(PROMPTS),
                prompt_suffixes=Message("{first} or {second}", first=PROMPT_SUFFIXES[0], second=PROMPT_SUFFIXES[1]),
            ),
        )
    stem = path.stem
    if any(stem.endswith(f".{language}") for language in LANGUAGES):
        stem = stem.rpartition(".")[0]
    whole = path.with_name(f"{stem}{path.suffix}")
    return _read_languages(whole.name, whole)


def _read_languages(name: str, path: Path) -> Prompt:
    """Read the file of each language, `path` itself where a language has none of its own."""
    files = {language: path.with_name(f"{path.stem}.{language}{path.suffix}") for language in LANGUAGES}
    contents = {
        language: _read(file if file.exists() else path, language)
        for language, file in files.items()
        if file.exists() or path.exists()
    }
    if not contents:
        raise SettingsError(
            "There is no such prompt file",
            where=str(path),
            do=Message("Choose one of {prompts}, or give the path of your own.", prompts=", ".join(PROMPTS)),
        )
    shared = {(content.raw, content.stop) for content in contents.values()}
    if len(shared) > 1:
        files_read = ", ".join(content.wording.file for content in contents.values())
        raise SettingsError("The files of a prompt must agree on `raw` and `stop`", where=files_read)
    ((raw, stop),) = shared
    return Prompt(name, {language: content.wording for language, content in contents.items()}, raw, stop)


def _read(path: Path, language: Language) -> _FileContent:
    text = _text(path)
    head = _FRONT_MATTER.match(text)
    try:
        settings = _settings(head[1] or "" if head else "")
        body = text[head.end() :] if head else text
        before = text.count("\n", 0, len(text) - len(body))
        parts = _raw_part(body, before) if settings.get("raw") else chat_parts(body, before)
        if not any(QUESTION in template.unconditional for _, template in parts):
            raise ValueError("there is no {question} that is always in it, so that all questions would be the same")
    except ValueError as error:
        raise SettingsError(
            Message("This prompt cannot be used: {error}", error=error),
            where=str(path),
            do="`kotae prompt show default` is an example.",
        ) from error
    raw, repair = bool(settings.get("raw")), settings.get("repair", True)
    wording = Wording(
        path.name,
        text,
        parts,
        settings.get("passages") == "lines",
        None if raw or not repair else default_repair(language) if repair is True else repair,
    )
    stop = settings.get("stop", [])
    return _FileContent(wording, raw, (stop,) if isinstance(stop, str) else tuple(stop))


def _text(path: Path) -> str:
    try:
        data = read_regular(path, _MAX_BYTES)
    except OSError as error:
        raise SettingsError(
            Message("The prompt cannot be read: {error}", error=reason_of(error)),
            where=str(path),
            do="Give a text file of up to 64 KiB.",
        ) from error
    try:
        return decode(data, str(path))
    except UnreadableDocument as error:
        raise SettingsError(error.what, where=str(path), do="Save it as UTF-8.") from error


@functools.cache
def _plain_loader() -> Any:
    """Return YAML's safe loader without aliases: merged into one another, a few lines of them have no end."""
    import yaml

    class Plain(yaml.SafeLoader):  # type: ignore[misc]
        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                raise yaml.YAMLError("it has an alias")
            return super().compose_node(parent, index)

    return Plain


def _settings(text: str) -> Mapping[str, Any]:
    """Return the front matter. Raises ValueError for what is not its form."""
    import yaml

    try:
        settings = yaml.load(text, Loader=_plain_loader()) or {}  # noqa: S506 - a safe loader
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ValueError(f"the front matter is not YAML ({' '.join(str(error).split())[:120]})") from error
    if not isinstance(settings, dict) or (unknown := [key for key in settings if key not in _KEYS]):
        names = ", ".join(map(repr, unknown)) if isinstance(settings, dict) else "text"
        raise ValueError(f"the front matter has {names[:80]}; known are {', '.join(_KEYS)}")
    stop = settings.get("stop", [])
    valid = {
        "raw": isinstance(settings.get("raw", False), bool),
        "stop": isinstance(stop, str) or (isinstance(stop, list) and all(isinstance(text, str) for text in stop)),
        "passages": settings.get("passages", "fenced") in ("fenced", "lines"),
        "repair": isinstance(settings.get("repair", True), bool | str),
    }
    for key in (key for key in _KEYS if not valid[key]):
        forms = {"raw": "true or false", "stop": "a text or a list of texts", "passages": "fenced or lines",
                 "repair": "a text, or false"}  # fmt: skip
        raise ValueError(f"`{key}` in the front matter must be {forms[key]}")
    return settings


def _raw_part(
    body: str, before: int, placeholders: Collection[str] = PLACEHOLDERS
) -> tuple[tuple[Role, Template], ...]:
    return (("user", _template(body, before, placeholders)),)


def chat_parts(
    body: str, before: int = 0, placeholders: Collection[str] = PLACEHOLDERS
) -> tuple[tuple[Role, Template], ...]:
    """Return the parts of a chat; `before` are the lines above it in its file. Raises ValueError."""
    heads = list(_PART.finditer(body))
    if not heads:
        return _raw_part(body, before, placeholders)
    if body[: heads[0].start()].strip():
        raise ValueError(f"there is text above the first part, {heads[0][0]!r}")
    ends = [head.start() for head in heads[1:]] + [len(body)]
    parts = tuple(
        (
            cast("Role", head[1].lower()),
            _template(body[head.end() : end], before + body.count("\n", 0, head.end()), placeholders),
        )
        for head, end in zip(heads, ends, strict=True)
    )
    roles = [role for role, _ in parts]
    if roles[-1] != "user" or "system" in roles[1:]:
        raise ValueError("a chat may begin with `# system`, and must end with `# user`")
    return parts


def _template(text: str, before: int, placeholders: Collection[str]) -> Template:
    """Return the template of a part without the blank lines around it; `before` are the lines above it in the file."""
    body = text.strip("\n")
    above = before + len(text) - len(text.lstrip("\n"))
    return Template.parse(body, above, placeholders)
