"""The arms of an experiment: from --model and --vary, or from an experiment file."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from kotae.settings import index_settings, model_settings
from rag.errors import SettingsError
from rag.messages import Message, reason_of
from rag.settings import OTHER_CHROMA, PROMPT_SUFFIXES

if TYPE_CHECKING:
    from eval.dataset.conditions import Condition
    from eval.runs.arms import Arm

VARIABLE: Final = (
    "top_k", "reranker", "index", "encoder", "prompt", "decline", "model", "context", "max_tokens", "temperature",
    "seed", "preset", "kernel",
)  # fmt: skip
"""The options that may differ between arms."""
RETRIEVAL: Final = {"none": "no_rag", "index": "rag", "oracle": "oracle", "withheld": "withheld"}
_LARGEST: Final = 2**18


@dataclass(frozen=True, slots=True)
class ExperimentFile:
    """An experiment file: its verification set, its arms, and the one that the others are compared with."""

    verify: Path
    arms: tuple[Arm, ...]
    baseline: str | None
    data: bytes


def varied_arms(
    models: Sequence[str], variations: Sequence[str], conditions: Sequence[Condition], settings: Mapping[str, Any]
) -> tuple[Arm, ...]:
    """Return an arm for each combination of `KEY=VALUE,VALUE`, named after what differs.

    Without retrieval nothing depends on an index: no model is asked under no_rag twice. Raises SettingsError.
    """
    from eval.dataset.conditions import Condition
    from eval.runs.run_folders import folder_name, folder_names

    values = {"model": list(models), **read_variations(variations, VARIABLE)}
    model_names = dict(zip(values["model"], folder_names(values["model"]), strict=True))
    arms: list[Arm] = []
    for combination in itertools.product(*values.values()):
        changed = dict(zip(values, combination, strict=True))
        parts = [f"{key}={text}" for key, text in changed.items() if key != "model"]
        if len(model_names) > 1 or not parts:
            parts.insert(0, model_names[changed["model"]])
        arm = _arm(folder_name(",".join(parts)), changed, settings, tuple(conditions))
        if any(other.model == arm.model for other in arms):
            arm = replace(arm, conditions=tuple(name for name in arm.conditions if name is not Condition.NO_RAG))
        if not arm.conditions:
            raise SettingsError(
                Message("{arm} changes nothing without retrieval", arm=arm.name), do="Add rag to --conditions."
            )
        arms.append(arm)
    return tuple(arms)


def read_variations(variations: Sequence[str], keys: Sequence[str]) -> dict[str, list[str]]:
    """Return the values of each `KEY=VALUE,VALUE`. Raises SettingsError for other keys and for one that is repeated."""
    values: dict[str, list[str]] = {}
    for variation in variations:
        key, _, texts = variation.partition("=")
        key = key.strip().removeprefix("--").replace("-", "_")
        known = [text.strip() for text in texts.split(",") if text.strip()]
        if key not in keys or not known or key in values:
            raise SettingsError(
                Message("--vary {variation} cannot be used", variation=variation),
                do=Message("Write KEY=VALUE,VALUE, each key once, with a key of: {keys}.", keys=", ".join(keys)),
            )
        values[key] = known
    return values


def read_value(key: str, text: str) -> Any:
    """Return the value of a variation, read as the option of the current command is, if it has one."""
    context = click.get_current_context()
    options = {str(option.name): option for option in context.command.params}
    return options[key].type.convert(text, options[key], context) if key in options else text


def read_experiment(path: Path, model: str, settings: Mapping[str, Any]) -> ExperimentFile:
    """Read an experiment file: TOML with `set`, `baseline`, and a table of options for each arm in `arms`.

    Paths in it are relative to its folder; what an arm does not name is as on the command line. Raises SettingsError.
    """
    from rag.storage.regular_files import read_regular
    from rag.text.toml_values import toml_values

    try:
        data = read_regular(path, _LARGEST)
        content = toml_values(data.decode("utf-8-sig"))
    except OSError as error:
        raise SettingsError(
            Message("This experiment cannot be read: {error}", error=reason_of(error)), where=str(path)
        ) from error
    except ValueError as error:
        raise SettingsError(Message("This experiment is not TOML: {error}", error=error), where=str(path)) from error
    tables, verify, baseline = content.get("arms"), content.get("set"), content.get("baseline")
    if (
        not isinstance(verify, str)
        or not isinstance(tables, dict)
        or not tables
        or not isinstance(baseline, str | None)
        or content.keys() - {"set", "arms", "baseline"}
        or not all(isinstance(table, dict) for table in tables.values())
    ):
        raise SettingsError(
            "This is not an experiment file",
            where=str(path),
            do="It needs `set` and a table for each arm, such as [arms.first]; `baseline` is optional, and nothing "
            "else is allowed.",
        )
    arms = tuple(_file_arm(path, name, table, model, settings) for name, table in tables.items())
    return ExperimentFile(path.parent / verify, arms, baseline, data)


def _file_arm(path: Path, name: str, table: dict[str, Any], model: str, settings: Mapping[str, Any]) -> Arm:
    from eval.dataset.conditions import Condition
    from eval.runs.run_folders import folder_name

    where = Message("{path}, arm {name}", path=path, name=name)
    if folder_name(name) != name:
        raise SettingsError(
            Message("{name!r} cannot be the name of a folder", name=name), where=where, do="Use letters and digits."
        )
    retrieval = table.get("retrieval", "index")
    kinds = retrieval if isinstance(retrieval, list) else [retrieval]
    unknown = [key for key in table if key not in (*VARIABLE, "retrieval")]
    unknown += [str(kind) for kind in kinds if kind not in RETRIEVAL]
    if unknown or not kinds:
        raise SettingsError(
            Message("Unknown: {unknown}", unknown=", ".join(map(repr, unknown)) or Message("no retrieval")),
            where=where,
            do=Message(
                "The options of an arm are {variable}, and retrieval: {retrieval}.",
                variable=", ".join(VARIABLE),
                retrieval=", ".join(RETRIEVAL),
            ),
        )
    changed = {key: str(value) for key, value in table.items() if key != "retrieval"}
    for key, text in changed.items():
        if (key == "index" and not text.startswith(OTHER_CHROMA)) or text.lower().endswith(PROMPT_SUFFIXES):
            changed[key] = str(path.parent / text)
    try:
        conditions = tuple(dict.fromkeys(Condition(RETRIEVAL[kind]) for kind in kinds))
        return _arm(name, {"model": model, **changed}, settings, conditions)
    except click.BadParameter as error:
        raise SettingsError(error.format_message(), where=where) from error


def _arm(name: str, changed: Mapping[str, str], settings: Mapping[str, Any], conditions: tuple[Condition, ...]) -> Arm:
    """Return an arm whose options are `settings` but for those changed, which are read as on the command line."""
    from eval.runs.arms import Arm

    merged = {**settings, **{key: read_value(key, text) for key, text in changed.items()}}
    return Arm(name, model_settings(merged, changed), index_settings(merged), conditions)
