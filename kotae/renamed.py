"""Former names of options and of their values, which still work, with a notice on stderr and without a line in help."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from kotae.console import echo
from rag.messages import Message, localized

if TYPE_CHECKING:
    from click.core import ParameterSource
    from click.parser import _OptionParser


class RenamedOption(click.Option):
    """An option that also takes its former name, and the variable of that name in the environment."""

    def __init__(self, *args: Any, former: str, former_variable: str, **settings: Any) -> None:
        self.former = former
        self.former_variable = former_variable
        super().__init__(*args, **settings)

    def add_to_parser(self, parser: _OptionParser, ctx: click.Context) -> None:
        """Add both names to the parser; each keeps its own value."""
        super().add_to_parser(parser, ctx)
        parser.add_option(obj=self, opts=[self.former], dest=self.former)

    def consume_value(self, ctx: click.Context, opts: Mapping[str, Any]) -> tuple[Any, ParameterSource]:
        """Use the value of the former name unless the new one is on the command line."""
        if self.former in opts:
            _notify(self.former, self.opts[0])
            opts = {self.name: opts[self.former], **opts}
        return super().consume_value(ctx, opts)

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """Use the former variable unless the new one is set."""
        value = super().resolve_envvar_value(ctx)
        if value is None and (value := os.environ.get(self.former_variable) or None) is not None:
            _notify(self.former_variable, str(self.envvar))
        return value


class RenamedChoice(click.Choice[str]):
    """A choice that also takes former words, given as `{former: new}`, and files with certain `suffixes`."""

    def __init__(self, choices: Sequence[str], former: Mapping[str, str], suffixes: tuple[str, ...] = ()) -> None:
        super().__init__(choices)
        self.former = former
        self.suffixes = suffixes

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the new word for a former one, and check it, or the name of a file."""
        if self.suffixes and str(value).lower().endswith(self.suffixes):
            return str(value)
        if self.suffixes and value not in (*self.choices, *self.former):
            text = "{value!r} is not one of {choices}, nor a file ending in {suffixes}."
            choices = ", ".join(map(repr, self.choices))
            suffixes = Message("{first} or {second}", first=", ".join(self.suffixes[:-1]), second=self.suffixes[-1])
            self.fail(localized(Message(text, value=value, choices=choices, suffixes=suffixes)))
        if value in self.former and param is not None:
            _notify(f"{param.opts[0]} {value}", f"{param.opts[0]} {self.former[value]}")
        return super().convert(self.former.get(value, value), param, ctx)


def _notify(former: str, new: str) -> None:
    echo(Message("kotae: {former} is now {new}; the old name still works.", former=former, new=new), err=True)
