"""`kotae eval compare`: is a candidate better, no worse, or worse than a baseline? For CI, by its exit status."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kotae.console import echo
from kotae.options import PATH, json_option, option
from kotae.settings import as_json_text


@click.command("compare", short_help="Judge a candidate against a baseline, for CI.")
@click.argument("base")
@click.argument("new")
@option("--max-drop", type=click.FloatRange(0, 100), default=0.0,
        help="Largest drop, in percentage points, that counts as no worse.")  # fmt: skip
@option("--min-gain", type=click.FloatRange(0, 100), default=0.0,
        help="Gain, in percentage points, above which NEW counts as better.")  # fmt: skip
@option("--strict", is_flag=True, help="Exit with status 3 if undecided.")
@option("--junit", type=PATH, help="Write JUnit XML to this file.")
@option("--markdown", type=PATH, help="Write Markdown to this file, with the answers that changed.")
@json_option
def compare_command(
    base: str,
    new: str,
    max_drop: float,
    min_gain: float,
    strict: bool,
    junit: Path | None,
    markdown: Path | None,
    as_json: bool,
) -> None:
    """Compare the run NEW with the run BASE on the questions that both were asked.

    Each is the folder of a run. For a condition other than `rag`, append its name: runs/first:no_rag. Both may be
    conditions of the same run.

    Better: the whole 95 % interval of the difference is above --min-gain. No worse: it is above minus --max-drop.
    Worse: it is below 0, and not within the tolerance. Undecided: anything else.

    Exit status: 0; 1 if worse, or for an error; 3 if undecided, with --strict.

    \b
    Example:
      kotae eval compare runs/main runs/candidate --max-drop 3 --junit gate.xml
      kotae eval compare runs/first:no_rag runs/first:rag
    """
    from eval.report.gate import RunArm, build_gate
    from eval.report.gate_text import as_junit, as_markdown, changed_line, gate_sentence, outlook
    from rag.messages import display_language
    from rag.storage.atomic import write_text

    gate = build_gate(RunArm.parse(base), RunArm.parse(new), max_drop / 100, min_gain / 100)
    if junit is not None:
        write_text(junit, as_junit(gate, strict=strict))
    if markdown is not None:
        write_text(markdown, as_markdown(gate, display_language()))
    if as_json:
        echo(as_json_text(gate))
    else:
        echo(f"{gate.base} -> {gate.new}")
        echo(gate_sentence(gate, display_language()))
        if text := outlook(gate, display_language()):
            echo(text)
        for flip in gate.flips:
            echo(changed_line(flip))
    if gate.change == "worse":
        sys.exit(1)
    if strict and gate.change == "undecided":
        sys.exit(3)
