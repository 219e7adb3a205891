"""The command group: named errors become one line and an exit status; every command takes `--offline` and `--lang`."""

from __future__ import annotations

import gc
import io
import signal
import sys
from collections.abc import Sequence
from typing import Any, Final

import click

from kotae.console import echo
from kotae.help_pages import HelpContext
from kotae.languages import LANG_OPTION, language_of, translate_click
from kotae.signals import raise_on_signals
from rag.errors import KotaeError
from rag.messages import Message, display_language, displayed_in
from rag.settings import configure_libraries
from rag.text.terminal_text import terminal_text


def _go_offline(context: click.Context, _: click.Parameter, offline: bool) -> None:
    """Configure the libraries before they are imported; a group's --offline applies to its commands too."""
    context.ensure_object(dict)
    context.obj["offline"] = offline or context.obj.get("offline", False)
    configure_libraries(offline=context.obj["offline"])


_OFFLINE = click.Option(
    ["--offline"],
    is_flag=True,
    is_eager=True,
    expose_value=False,
    envvar="KOTAE_OFFLINE",
    callback=_go_offline,
    help="Never contact the Hugging Face hub; servers given by URL are still used.",
)


_OBJECTS: Final = 50_000
translate_click()


class KotaeGroup(click.Group):
    """A group whose commands end with exit status 1 and one line on stderr for every named error.

    The group and each command take `--offline` and `--lang`.
    """

    context_class = HelpContext

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.params += [_OFFLINE, LANG_OPTION]

    def main(self, args: Sequence[str] | None = None, *rest: Any, **settings: Any) -> Any:
        """Run the command line, in the language that it asks for."""
        arguments = sys.argv[1:] if args is None else list(args)
        with displayed_in(language_of(arguments)):
            return super().main(arguments, *rest, **settings)

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add a command, and --offline and --lang to it."""
        cmd.context_class = HelpContext
        cmd.context_settings.setdefault("help_option_names", ["-h", "--help"])
        cmd.params += [option for option in (_OFFLINE, LANG_OPTION) if option not in cmd.params]
        super().add_command(cmd, name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; exit with 1 on a named error, and with 128 + the signal's number on SIGINT and SIGTERM."""
        gc.set_threshold(_OBJECTS)  # looking for garbage takes a tenth of the time that importing libraries takes
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")  # file names need not be Unicode
        try:
            with raise_on_signals():
                return super().invoke(ctx)
        except click.UsageError as error:
            raise click.UsageError(terminal_text(error.format_message()), error.ctx) from error
        except KotaeError as error:
            echo(f"kotae: {error.text(display_language())}", err=True)
            ctx.exit(1)
        except KeyboardInterrupt as end:
            signals = [number for number in end.args if isinstance(number, signal.Signals)]
            cause = Message("stopped by {signal}", signal=signals[0].name) if signals else Message("interrupted")
            text = "kotae: {cause}. Finished work is kept; run the same command again to continue."
            echo(Message(text, cause=cause), err=True)
            ctx.exit(128 + (signals[0] if signals else signal.SIGINT))
