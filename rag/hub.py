"""Resolve a model name to a local folder: a folder, the hub's cache, or a download."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from rag.errors import ModelUnavailable, first_line
from rag.messages import Message

# Weights in pickle format can run code when they are read, so they are never fetched.
_WANTED = ("*.json", "*.safetensors", "*.txt", "*.model", "*.jinja", "*/*.json", "*/*.safetensors")
# A model's output depends on its weights, tokenizer, chat template and configuration, not on notes such as README.
_CONTENT = (*(pattern for pattern in _WANTED if pattern != "*.txt"), "vocab.txt", "merges.txt")


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model on disk: its name, its revision (a hub commit or a hash of its files), and its folder."""

    name: str
    revision: str
    path: Path


def resolve(name: str) -> ModelFolder:
    """Return the folder of `<dir>` or `<hub id>[@revision]`.

    A hub id is downloaded if the hub's local cache does not have it, or only looked up there if HF_HUB_OFFLINE is set.
    Raises ModelUnavailable if there is no such folder or model.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        return ModelFolder(folder.resolve().name, _content_hash(folder), folder)
    hub_id, _, revision = name.partition("@")
    if hub_id.count("/") != 1 or hub_id.startswith((".", "/", "~")):
        raise ModelUnavailable(
            Message("There is no model folder {name!r}", name=name), do="Give a folder, or a hub id such as owner/name."
        )
    from huggingface_hub import snapshot_download

    try:
        path = Path(snapshot_download(hub_id, revision=revision or None, allow_patterns=list(_WANTED)))
    except Exception as error:  # the hub raises many unrelated kinds: HTTP, cache, name validation
        raise ModelUnavailable(
            Message(
                "The model {name!r} is not in the local hub cache and could not be downloaded: {error}",
                name=name,
                error=first_line(error),
            ),
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
