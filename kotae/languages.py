"""The language of the command line: --lang, KOTAE_LANG, or that of the locale."""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping, Sequence
from typing import Final

import click
from click import core, exceptions, formatting, parser, termui, types

from rag.messages import Message, display_language, localized
from rag.records import LANGUAGES, Language

LANG_OPTION: Final = click.Option(
    ["--lang"],
    type=click.Choice(list(LANGUAGES)),
    expose_value=False,
    envvar="KOTAE_LANG",
    help="Language of help, progress and messages; by default that of the locale.",
)
TRANSLATED: Final = (core, exceptions, formatting, parser, termui, types)


def language_of(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> Language:
    """Return the language that a command line asks for; it counts in errors of that command line and in help too.

    >>> language_of(["ask", "--lang=ja"]), language_of([], {"LANG": "ja_JP.UTF-8"}), language_of([], {"LC_ALL": "C"})
    ('ja', 'ja', 'en')
    """
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    asked = [
        *(value for option, value in itertools.pairwise(options) if option == "--lang"),
        *(option.removeprefix("--lang=") for option in options if option.startswith("--lang=")),
        environment.get("KOTAE_LANG"),
    ]
    for language in LANGUAGES:
        if language == next(filter(None, asked), None):
            return language
    locales = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "ja" if (next(filter(None, locales), "") + "_").startswith(("ja_", "ja.")) else "en"


def translate_click() -> None:
    """Have click's own texts, such as "Missing option", looked up in kotae's catalogue.

    click takes them from gettext, whose catalogues would have to be compiled when kotae is installed. The texts of
    click.decorators are those of options, which help pages look up.
    """
    types._NumberRangeBase._describe_range = _range  # type: ignore[method-assign, assignment]
    for module in TRANSLATED:
        names = vars(module)
        if "_" in names:
            names["_"] = localized
        if "ngettext" in names:
            names["ngettext"] = _number


_as_click_does: Final = types._NumberRangeBase._describe_range


def _range(bounds: click.IntRange | click.FloatRange) -> str:
    """Say which numbers an option takes; in English as click does, such as x>=1."""
    if display_language() == "en":
        return _as_click_does(bounds)
    ends = []
    if bounds.min is not None:
        low = "above {number}" if bounds.min_open else "{number} or more"
        ends.append(localized(Message(low, number=bounds.min)))
    if bounds.max is not None:
        high = "below {number}" if bounds.max_open else "{number} or less"
        ends.append(localized(Message(high, number=bounds.max)))
    return " ".join(ends)


def _number(singular: str, plural: str, count: int) -> str:
    return localized(singular if count == 1 else plural)
