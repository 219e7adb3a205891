"""Quantise a model of the hub or of a folder to GPTQ, with gptqmodel."""

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
from rag.messages import Message
from rag.models.gptq.checkpoint import Checkpoint, read_checkpoint
from rag.models.gptq.loading import import_gptqmodel
from rag.models.quiet_libraries import quiet
from rag.processors import count_processors
from rag.storage.atomic import atomic_directory

_TOKENIZER_FILES = ("tokenizer*", "special_tokens_map.json", "*.jinja", "added_tokens.json")
_RESUMABLE = {"llama", "qwen3_moe"}  # model types whose finished layers gptqmodel can resume from
_MIN_TOKENS = 8  # a shorter sample says too little about the distribution of activations


@dataclass(frozen=True, slots=True)
class Quantisation:
    """Settings of a quantisation. `group_size` is -1 for one group per column."""

    bits: int = 4
    group_size: int = 128
    act_order: bool = False


def quantise(name: str, out: Path, settings: Quantisation, texts: Sequence[str]) -> Checkpoint:
    """Quantise `<dir or hub id>[@revision]` with the samples `texts` into the new folder `out`.

    `out` is created atomically. Given again, a stopped or killed run resumes at the layer it had reached if the model
    is a Llama in a folder; other models, and those in the hub's cache, start over. Raises ModelUnavailable,
    SettingsError, and ModelFailed if it was stopped.
    """
    if out.exists():
        raise SettingsError(
            "The folder for the quantised model already exists", where=str(out), do="Give a new folder."
        )
    model, out = resolve(name), out.resolve()
    source, progress = model.path.resolve(), _progress_folder(out, model.revision, settings, texts)
    with quiet(show=True):
        os.environ.setdefault("GPTQMODEL_CPU_WORKERS", str(min(2, count_processors())))
        gptqmodel = import_gptqmodel()

        def make(folder: Path) -> None:
            # gptqmodel leaves logs in the working folder
            with tempfile.TemporaryDirectory() as scratch, contextlib.chdir(scratch):
                _run(gptqmodel, source, folder, settings, list(texts), progress)
            _copy_tokenizer(source, folder)

        atomic_directory(out, make)
    for folder in out.parent.glob(f".{out.name}.progress-*"):
        shutil.rmtree(folder, ignore_errors=True)
    return read_checkpoint(out)


def _run(gptqmodel: Any, source: Path, folder: Path, settings: Quantisation, texts: list[str], progress: Path) -> None:
    from gptqmodel.looper.checkpoint import CheckpointStopped

    config = gptqmodel.QuantizeConfig(bits=settings.bits, group_size=settings.group_size, desc_act=settings.act_order)
    try:
        model = gptqmodel.GPTQModel.load(str(source), config, trust_remote_code=False)
        model.quantize(
            texts,
            batch_size=1,
            calibration_data_min_length=_MIN_TOKENS,
            checkpoint=_checkpoints(model, source, progress),
        )
        model.save(str(folder))
    except CheckpointStopped as stopped:
        raise ModelFailed(
            "Stopped on request at the end of a layer", do="Run the same command again to resume."
        ) from stopped
    except Exception as error:  # gptqmodel raises many types
        sys.stderr.flush()
        hint = (
            Message("If an earlier run was stopped, delete {progress} and start over.", progress=progress)
            if progress.is_dir()
            else None
        )
        raise ModelUnavailable(
            Message("gptqmodel cannot quantise this model: {error}", error=first_line(error)),
            where=str(source),
            do=hint,
        ) from error


def _checkpoints(model: Any, source: Path, folder: Path) -> Any:
    """Return where finished layers are saved; None if gptqmodel could not resume from them, as with linked weights."""
    from gptqmodel.looper.checkpoint_store import CheckpointConfig

    shards = [path.resolve() for path in source.glob("model*.safetensors")]
    inside = bool(shards) and all(shard.is_relative_to(source) for shard in shards)
    return CheckpointConfig(path=folder) if inside and model.model.config.model_type in _RESUMABLE else None


def _progress_folder(out: Path, revision: str, settings: Quantisation, texts: Sequence[str]) -> Path:
    """Return a folder next to `out`, distinct for each model, settings and samples, so that runs never mix layers."""
    digest = hashlib.sha256(repr((revision, settings, list(texts))).encode()).hexdigest()[:12]
    return out.parent / f".{out.name}.progress-{digest}"


def _copy_tokenizer(source: Path, folder: Path) -> None:
    """Copy the original tokenizer files that gptqmodel has not written."""
    for pattern in _TOKENIZER_FILES:
        for path in source.glob(pattern):
            if not (folder / path.name).exists():
                shutil.copyfile(path, folder / path.name)
