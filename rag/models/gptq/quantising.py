"""Quantises a model of the hub or of a folder to GPTQ, through gptqmodel."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import ModelUnavailable, SettingsError
from rag.hub import resolve
from rag.models.gptq.checkpoint import Checkpoint, read_checkpoint
from rag.models.gptq.loading import import_gptqmodel, quiet
from rag.publish import publish_folder

_TOKENIZER_FILES = ("tokenizer*", "special_tokens_map.json", "*.jinja", "added_tokens.json")
_LEAST_TOKENS = 8  # a shorter sample says too little of how activations are spread


@dataclass(frozen=True, slots=True)
class Quantisation:
    """How a model is quantised. `group_size` is -1 for one group a column."""

    bits: int = 4
    group_size: int = 128
    act_order: bool = False


def quantise(name: str, out: Path, how: Quantisation, texts: Sequence[str]) -> Checkpoint:
    """Quantise `<dir or hub id>[@revision]` with the samples `texts` into the new folder `out`.

    A killed run of a Llama goes on at the layer it had come to; others begin anew. `out` appears whole or not at all.
    Raises ModelUnavailable and SettingsError.
    """
    if out.exists():
        raise SettingsError(
            "There is something at the place for the quantised model", where=str(out), do="Give a new folder."
        )
    path, out = resolve(name).path.resolve(), out.resolve()
    with quiet(show=True):
        os.environ.setdefault("GPTQMODEL_CPU_WORKERS", str(min(2, os.cpu_count() or 1)))
        gptqmodel = import_gptqmodel()

        def make(folder: Path) -> None:
            # gptqmodel leaves logs in the working folder
            with tempfile.TemporaryDirectory() as scratch, contextlib.chdir(scratch):
                _run(gptqmodel, path, folder, how, list(texts), _progress_folder(out))
            _copy_tokenizer(path, folder)

        publish_folder(out, make)
    shutil.rmtree(_progress_folder(out), ignore_errors=True)
    return read_checkpoint(out)


def _run(gptqmodel: Any, source: Path, folder: Path, how: Quantisation, texts: list[str], progress: Path) -> None:
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
    except Exception as error:  # gptqmodel raises many kinds
        sys.stderr.flush()
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelUnavailable(f"gptqmodel cannot quantise this model: {first}", where=str(source)) from error


def _checkpoints(model: Any, source: Path, folder: Path) -> Any:
    """Where the layers done are kept, for the models that gptqmodel can take up again; None for others."""
    from gptqmodel.looper.checkpoint_store import CheckpointConfig

    resumable = model.model.config.model_type == "llama" and list(source.glob("model*.safetensors"))
    return CheckpointConfig(path=folder) if resumable else None


def _progress_folder(out: Path) -> Path:
    return out.parent / f".{out.name}.progress"


def _copy_tokenizer(source: Path, folder: Path) -> None:
    """The tokenizer as it was, where gptqmodel has not written one."""
    for pattern in _TOKENIZER_FILES:
        for path in source.glob(pattern):
            if not (folder / path.name).exists():
                shutil.copyfile(path, folder / path.name)
