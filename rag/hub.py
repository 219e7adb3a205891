"""From the name of a model to a folder on this machine: a local folder, the hub's cache, or a download."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from rag.errors import ModelUnavailable, first_line

# Weights in pickle format can run code when they are read, so they are never fetched.
_WANTED = ("*.json", "*.safetensors", "*.txt", "*.model", "*.jinja", "*/*.json", "*/*.safetensors")
# What a model says depends on: beside its weights also its tokenizer, chat template, and shape. Not on people's notes.
_CONTENT = (*(one for one in _WANTED if one != "*.txt"), "vocab.txt", "merges.txt")


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model on disk: its name, what fixes its content (a hub commit or a hash of its files), and its folder."""

    name: str
    revision: str
    path: Path


def resolve(name: str) -> ModelFolder:
    """Find `<dir>` or `<hub id>[@revision]`.

    A hub id is looked up in the hub's local cache first where HF_HUB_OFFLINE is set, and downloaded otherwise.
    Raises ModelUnavailable where there is no such folder and no such model to be had.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        return ModelFolder(folder.resolve().name, _content_hash(folder), folder)
    hub_id, _, revision = name.partition("@")
    if hub_id.count("/") != 1 or hub_id.startswith((".", "/", "~")):
        raise ModelUnavailable(
            f"There is no model folder {name!r}", do="Give a folder, or a hub id such as owner/name."
        )
    from huggingface_hub import snapshot_download

    try:
        path = Path(snapshot_download(hub_id, revision=revision or None, allow_patterns=list(_WANTED)))
    except Exception as error:  # the hub raises many unrelated kinds: HTTP, cache, name validation
        raise ModelUnavailable(
            f"The model {name!r} is neither in the local hub cache nor could it be downloaded: {first_line(error)}",
            do="Check the name and the network, or give a local folder.",
        ) from error
    return ModelFolder(hub_id, path.name, path)


def _content_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted({path for pattern in _CONTENT for path in folder.glob(pattern)}):
        digest.update(path.relative_to(folder).as_posix().encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:12]
