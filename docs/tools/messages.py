"""The messages of kotae, from its code, and the catalogue that translates them: `python -m docs.tools`.

New messages come into rag/locale with an empty translation, which a test refuses; those that are gone leave it.
"""

from __future__ import annotations

import ast
import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from eval.report.columns import SHEETS, TITLES
from eval.report.names import NAMES
from eval.report.settings_table import SETTINGS
from kotae import help_pages, languages
from kotae.commands import main
from kotae.web.messages import MESSAGES
from rag import errors
from rag.errors import KotaeError
from rag.messages import CATALOGUE, displayed_in, read_catalogue

ROOT: Final = Path(__file__).parents[2]
PATH: Final = CATALOGUE
_PACKAGES: Final = ("kotae", "ingest", "eval", "rag")
_ERRORS: Final = {
    error.__name__ for error in vars(errors).values() if isinstance(error, type) and issubclass(error, KotaeError)
} | {
    "Fault",
    "LimitExceeded",
    "ParameterError",
    "UnusableValue",
}
_LABELLED: Final = {"Message", "notice", "status", "bytes_bar", "count_bar"}
_HEAD: Final = """# Japanese messages of kotae: help, progress, results, errors, reports and the page.
# Written by `python -m docs.tools`, which adds what is new and removes what is gone; translate by hand, in 敬体.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Language: ja\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"""


@dataclass(frozen=True, slots=True)
class MessageSite:
    """A message in the code: its English text, after its context and U+0004 if it has one, and the file it is in.

    `text` is None for a message that is put together in the code.
    """

    text: str | None
    place: str


def collect() -> dict[str, str]:
    """Return where each message is, by its English text."""
    places: dict[str, str] = {}
    for found in (*_in_code(), *_in_help(), *_in_click(), *_in_tables()):
        if found.text is not None:
            places.setdefault(found.text, found.place)
    return places


def built() -> list[str]:
    """Return the places of errors and notices whose text is put together where no catalogue can look it up."""
    return [found.place for found in _in_code() if found.text is None]


def render() -> str:
    """Return the catalogue: every message by file, with the translation that it has."""
    known = read_catalogue(PATH.read_text(encoding="utf-8").splitlines()) if PATH.exists() else {}
    found = sorted(collect().items(), key=lambda item: (item[1], item[0]))
    return "\n".join([_HEAD, *(_entry(place, text, known.get(text, "")) for text, place in found)])


def _entry(place: str, text: str, translation: str) -> str:
    context, separator, text = text.rpartition("\4")
    lines = [f"#: {place}", f"msgctxt {_quoted(context)}"] if separator else [f"#: {place}"]
    return "\n".join([*lines, f"msgid {_quoted(text)}", f"msgstr {_quoted(translation)}", ""])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


@functools.cache
def _in_code() -> tuple[MessageSite, ...]:
    paths = sorted(path for package in _PACKAGES for path in (ROOT / package).rglob("*.py"))
    return tuple(found for path in paths for found in of_tree(_tree(path), path.relative_to(ROOT).as_posix()))


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def of_tree(tree: ast.Module, place: str) -> Iterator[MessageSite]:
    """Yield the messages of a module."""
    constants = _constants(tree)
    yield from _in_scope(tree, {name: [value] for name, value in constants.items()}, place)


def _in_scope(scope: ast.AST, named: dict[str, list[ast.expr]], place: str) -> Iterator[MessageSite]:
    """Yield the messages in a module or function; what it assigns to a name counts where the name is a message."""
    if isinstance(scope, ast.FunctionDef):
        named = dict(named)
        for node in ast.walk(scope):
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if not isinstance(value, ast.Name):
                    named[name] = [*named.get(name, ()), value]
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, ast.Call):
            for argument in _messages_of(node):
                for text in _texts(argument, named):
                    yield MessageSite(text, place if text is not None else f"{place}:{argument.lineno}")
        yield from _in_scope(node, named, place)


def _messages_of(call: ast.Call) -> Iterator[ast.expr]:
    """Yield the arguments of a call that are messages."""
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name in _ERRORS | _LABELLED:
        yield from call.args[:1]
    if name == "Fault":
        yield from call.args[2:3]
    if name in _ERRORS:
        yield from (keyword.value for keyword in call.keywords if keyword.arg == "do")
        yield from (keyword.value for keyword in call.keywords if _is_built(keyword))


def _is_built(keyword: ast.keyword) -> bool:
    """Tell whether a place is put together of words; a place that is a text, such as a path, is no message."""
    return keyword.arg == "where" and isinstance(keyword.value, ast.JoinedStr)


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """Return the texts that a module names, and those that it imports by name from other modules."""
    constants: dict[str, ast.expr] = {}
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                constants[name] = value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                constants[name] = value
            case ast.ImportFrom(module=str(module), names=names):
                path = ROOT / (module.replace(".", "/") + ".py")
                wanted = {alias.name for alias in names if alias.name.isupper()}
                if wanted and path.exists() and module.split(".")[0] in _PACKAGES:
                    others = _constants_in(path)
                    constants |= {name: others[name] for name in wanted & others.keys()}
    return constants


@functools.cache
def _constants_in(path: Path) -> dict[str, ast.expr]:
    return _constants(_tree(path))


def _texts(node: ast.expr, named: dict[str, list[ast.expr]]) -> Iterator[str | None]:
    match node:
        case ast.Constant(value=str(text)):
            if any(letter.isalpha() for letter in text) and not (text.startswith("--") and " " not in text):
                yield text
        case ast.JoinedStr() | ast.BinOp():
            yield None
        case ast.IfExp(body=first, orelse=second):
            yield from _texts(first, named)
            yield from _texts(second, named)
        case ast.BoolOp(values=values):
            for value in values:
                yield from _texts(value, named)
        case ast.Name(id=name):
            others = {other: values for other, values in named.items() if other != name}
            for value in named.get(name, ()):
                yield from _texts(value, others)


def _in_tables() -> Iterator[MessageSite]:
    """Yield the texts of the web page, titles of columns and sheets, names of settings, and words for stored names."""
    yield from (MessageSite(f"page.{name}\4{text}", "kotae/web/messages.py") for name, text in MESSAGES.items())
    yield from (MessageSite(f"column\4{title}", "eval/report/columns.py") for title in TITLES)
    yield from (MessageSite(f"sheet\4{title}", "eval/report/columns.py") for title in SHEETS)
    yield from (MessageSite(f"setting\4{name}", "eval/report/settings_table.py") for name in SETTINGS)
    yield from (MessageSite(f"name\4{name}", "eval/report/names.py") for name in NAMES.values())


def _in_click() -> Iterator[MessageSite]:
    """Yield the texts of click itself."""
    yield MessageSite("required", "click")  # looked up by a variable
    for module in languages.TRANSLATED:
        for node in ast.walk(_tree(Path(str(module.__file__)))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "ngettext"):
                texts = (argument.value for argument in node.args if isinstance(argument, ast.Constant))
                yield from (MessageSite(text, "click") for text in texts if isinstance(text, str) and text)


def _in_help() -> Iterator[MessageSite]:
    """Yield what help pages look up."""
    looked_up: list[MessageSite] = []
    localized = help_pages.localized

    def note(text: str) -> str:
        looked_up.append(MessageSite(text, "help"))
        return text

    help_pages.localized = note
    try:
        with displayed_in("ja"):
            _show(main, None)
    finally:
        help_pages.localized = localized
    yield from (found for found in looked_up if found.text and not found.text.startswith(("\b", "  ")))


def _show(command: click.Command, parent: click.Context | None) -> None:
    context = help_pages.HelpContext(command, parent=parent, info_name=command.name, **command.context_settings)
    command.get_help(context)
    if isinstance(command, click.Group):
        for subcommand in command.commands.values():
            _show(subcommand, context)
