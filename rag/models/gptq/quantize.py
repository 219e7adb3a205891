"""Quantises a model of the hub or of a folder to GPTQ, through gptqmodel."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import ModelFailed, ModelUnavailable, SettingsError, first_line
from rag.hub import resolve
from rag.models.gptq.checkpoint import Checkpoint, read_checkpoint
from rag.models.gptq.loading import import_gptqmodel
from rag.models.quiet_libraries import quiet
from rag.storage.atomic import atomic_directory

_TOKENIZER_FILES = ("tokenizer*", "special_tokens_map.json", "*.jinja", "added_tokens.json")
_RESUMABLE = {"llama", "qwen3_moe"}  # kinds of models whose finished layers gptqmodel can take up again
_LEAST_TOKENS = 8  # a shorter sample says too little of how activations are spread


@dataclass(frozen=True, slots=True)
class Quantisation:
    """How a model is quantised. `group_size` is -1 for one group a column."""

    bits: int = 4
    group_size: int = 128
    act_order: bool = False


def quantise(name: str, out: Path, how: Quantisation, texts: Sequence[str]) -> Checkpoint:
    """Quantise `<dir or hub id>[@revision]` with the samples `texts` into the new folder `out`.

    `out` appears whole or not at all. A stopped or killed run of a Llama from a folder goes on at the layer it had come
    to when it is given again; of other kinds, and from the hub's cache, it starts over. Raises ModelUnavailable,
    SettingsError, and ModelFailed where it was stopped.
    """
    if out.exists():
        raise SettingsError(
            "There is something at the place for the quantised model", where=str(out), do="Give a new folder."
        )
    found, out = resolve(name), out.resolve()
    source, progress = found.path.resolve(), _progress_folder(out, found.revision, how, texts)
    with quiet(show=True):
        os.environ.setdefault("GPTQMODEL_CPU_WORKERS", str(min(2, os.cpu_count() or 1)))
        gptqmodel = import_gptqmodel()

        def make(folder: Path) -> None:
            # gptqmodel leaves logs in the working folder
            with tempfile.TemporaryDirectory() as scratch, contextlib.chdir(scratch):
                _run(gptqmodel, source, folder, how, list(texts), progress)
            _copy_tokenizer(source, folder)

        atomic_directory(out, make)
    for folder in out.parent.glob(f".{out.name}.progress-*"):
        shutil.rmtree(folder, ignore_errors=True)
    return read_checkpoint(out)


def _run(gptqmodel: Any, source: Path, folder: Path, how: Quantisation, texts: list[str], progress: Path) -> None:
    from gptqmodel.looper.checkpoint import CheckpointStopped

    settings = gptqmodel.QuantizeConfig(bits=how.bits, group_size=how.group_size, desc_act=how.act_order)
    try:
        model = gptqmodel.GPTQModel.load(str(source), settings, trust_remote_code=False)
        model.quantize(
            texts,
            batch_size=1,
            calibration_data_min_length=_LEAST_TOKENS,
            checkpoint=_checkpoints(model, source, progress),
        )
        model.save(str(folder))
    except CheckpointStopped as stopped:
        raise ModelFailed(
            "Stopped as asked, at the end of a layer", do="Give the same command again to go on."
        ) from stopped
    except Exception as error:  # gptqmodel raises many kinds
        sys.stderr.flush()
        again = f"If it was stopped before, delete {progress} and start over." if progress.is_dir() else None
        raise ModelUnavailable(
            f"gptqmodel cannot quantise this model: {first_line(error)}", where=str(source), do=again
        ) from error


def _checkpoints(model: Any, source: Path, folder: Path) -> Any:
    """Where the layers done are kept; None where gptqmodel could not take them up again, as with links to elsewhere."""
    from gptqmodel.looper.checkpoint_store import CheckpointConfig

    shards = [path.resolve() for path in source.glob("model*.safetensors")]
    own = bool(shards) and all(shard.is_relative_to(source) for shard in shards)
    return CheckpointConfig(path=folder) if own and model.model.config.model_type in _RESUMABLE else None


def _progress_folder(out: Path, revision: str, how: Quantisation, texts: Sequence[str]) -> Path:
    """Beside `out`, one for each model, settings and samples: the layers of another run are never mixed in."""
    digest = hashlib.sha256(repr((revision, how, list(texts))).encode()).hexdigest()[:12]
    return out.parent / f".{out.name}.progress-{digest}"


def _copy_tokenizer(source: Path, folder: Path) -> None:
    """The tokenizer as it was, where gptqmodel has not written one."""
    for pattern in _TOKENIZER_FILES:
        for path in source.glob(pattern):
            if not (folder / path.name).exists():
                shutil.copyfile(path, folder / path.name)
