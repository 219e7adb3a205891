"""Messages to people: English in the code, other languages in gettext catalogues (`locale`), looked up when shown."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any, Final, SupportsIndex

if TYPE_CHECKING:
    from rag.records import Language

CATALOGUE = Path(__file__).parent / "locale" / "ja" / "LC_MESSAGES" / "kotae.po"
_display: Language = "en"
_KEPT = (str, int, float, tuple, list, type(None))
_LONGEST_FORMAT: Final = 4


class Message(str):
    """An English text that can be said in other languages, as it keeps its template and the template's values.

    >>> message = Message("Port {port} cannot be used: {error}", port=80, error="taken")
    >>> message, translated(message, "ja")
    ('Port 80 cannot be used: taken', 'ポート 80 を使用できません: taken')
    """

    template: str
    values: Mapping[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Message:
        """Fill in the template; without values it is taken literally. Other than numbers and lists, values are text."""
        kept = {name: value if isinstance(value, _KEPT) else str(value) for name, value in values.items()}
        message = super().__new__(cls, template.format(**kept) if kept else template)
        message.template, message.values = template, kept
        return message

    @classmethod
    def of(cls, text: str) -> Message:
        """Return a text that may be a message already."""
        return text if isinstance(text, Message) else cls(text)

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        """Pickle the template and its values, as errors come from worker processes."""
        return functools.partial(Message, self.template, **self.values), ()


def packed(text: str | None) -> Any:
    """Return a text for JSON, a message with its template and values, from which `unpacked` makes it again."""
    if not isinstance(text, Message):
        return text
    return {"template": text.template, "values": {name: packed(value) for name, value in text.values.items()}}


def unpacked(value: Any) -> Any:
    """Return the text or value that `packed` made this of; it may have been made by anyone.

    A template that asks for more of its values than their text stays as it is: `{x.__class__}`, `{x:999999999}`.
    """
    match value:
        case {"template": str(template), "values": dict(values)}:
            parts = {name: unpacked(part) for name, part in values.items()}
            with suppress(ValueError, TypeError):
                if _is_plain(template, parts):
                    return Message(template, **parts)
            return Message(template)
        case _:
            return value


def _is_plain(template: str, values: Mapping[str, Any]) -> bool:
    """Return whether a template asks for nothing but its values, numbers perhaps in a short format."""
    fields = [(name, spec or "") for _, name, spec, _ in Formatter().parse(template) if name is not None]
    return all(name in values and "{" not in spec and len(spec) <= _LONGEST_FORMAT for name, spec in fields)


def joined(messages: Iterable[str], separator: str = "; ") -> Message:
    """Return messages one after the other as one; each is said in the reader's language, and other texts stay.

    >>> joined(["no question", Message("{number} more", number=2)])
    'no question; 2 more'
    """
    values = {f"part{number}": text for number, text in enumerate(messages)}
    return Message("{between}".join(f"{{{name}}}" for name in values), **values, between=Message(separator))


def translated(text: str, language: Language) -> str:
    """Return a message in a language, or in English where the catalogue does not have it.

    Also takes the text of a message without values.
    """
    if language == "en":
        return str(text)
    template = text.template if isinstance(text, Message) else text
    found = _catalogue().get(template, template)
    if not isinstance(text, Message) or not text.values:
        return found
    return found.format(
        **{
            name: translated(value, language) if isinstance(value, Message) else value
            for name, value in text.values.items()
        }
    )


def in_context(context: str, text: str, language: Language) -> str:
    """Return a text without values in a language, by its translation in a context, such as the title of a column."""
    return text if language == "en" else _catalogue().get(f"{context}\4{text}", text)


def localized(text: str) -> str:
    """Return a message in the language of this process's terminal."""
    return translated(text, _display)


def display_language() -> Language:
    """Return the language of this process's terminal: English, unless the command line was asked for another."""
    return _display


@contextmanager
def displayed_in(language: Language) -> Iterator[None]:
    """Show messages in a language until the block ends."""
    global _display  # noqa: PLW0603 - threads that report progress share it
    before, _display = _display, language
    try:
        yield
    finally:
        _display = before


def read_catalogue(lines: Iterable[str]) -> dict[str, str]:
    """Return the translations of a .po file by English text; those that are empty are left out.

    A translation in a context (msgctxt) is under context, U+0004, text, as in gettext's own files.
    """
    entries: list[dict[str, str]] = [{}]
    keyword = ""
    for line in map(str.strip, lines):
        quoted = line
        if not line or line.startswith("#"):
            continue
        if not line.startswith('"'):
            keyword, _, quoted = line.partition(" ")
            if keyword in entries[-1] or (keyword == "msgctxt" and entries[-1]):
                entries.append({})
        entries[-1][keyword] = entries[-1].get(keyword, "") + json.loads(quoted)
    keys = ((f"{entry['msgctxt']}\4" if "msgctxt" in entry else "") + entry.get("msgid", "") for entry in entries)
    return {key: entry["msgstr"] for key, entry in zip(keys, entries, strict=True) if key and entry["msgstr"]}


@functools.cache
def _catalogue() -> Mapping[str, str]:
    with CATALOGUE.open(encoding="utf-8") as lines:
        return read_catalogue(lines) | _SEPARATORS


def reason_of(error: OSError) -> Message:
    """Return why the operating system refused; the commonest reasons are translated."""
    return Message(error.strerror or str(error))


_SEPARATORS: Final = {", ": "、", "; ": " / "}
"""What stands between the parts of a list in Japanese."""
_REASONS = (
    Message("No such file or directory"),
    Message("Permission denied"),
    Message("Is a directory"),
    Message("Not a directory"),
    Message("Address already in use"),
    Message("Too many open files"),
    Message("Input/output error"),
    Message("disk I/O error"),
    Message("unable to open database file"),
    Message("Cannot allocate memory"),
    Message("File name too long"),
    Message("Connection refused"),
    Message("Connection reset by peer"),
    Message("Name or service not known"),
    Message("Temporary failure in name resolution"),
    Message("Connection error"),
    Message("Request timed out"),
    Message("timed out"),
    Message("File is not a zip file"),
    Message("Bad magic number for file header"),
    Message("Truncated file header"),
    Message("CUDA out of memory"),
)
"""What the catalogue has of the reasons of operating systems and libraries; others stay as they are worded there."""
