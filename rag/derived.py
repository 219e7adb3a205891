"""What is derived from the chunk store and kept beside it: the lexical index, and the centroid of each language."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.lexical import LexicalIndex, write_lexical
from rag.publish import publish_folder
from rag.records import LANGUAGES, Language
from rag.store import ChunkStore

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Raised whenever what is derived changes (tokenising, say), so that what an older kotae made is made anew.
VERSION = 2


@dataclass(frozen=True, slots=True)
class Derived:
    """`centroids` are the mean vectors of the chunks of each language that the corpus has, shape (dimensions,)."""

    lexical: LexicalIndex
    centroids: Mapping[Language, NDArray[np.float32]]


def open_derived(root: Path, digest: str, store: ChunkStore) -> Derived:
    """What is derived from the chunks of the corpus that `digest` names, made unless it is there.

    What belongs to other corpora is removed once it is.
    """
    name = f"{digest[:16]}-{VERSION}"

    def make(folder: Path) -> None:
        write_lexical(folder, store.chunks())
        means = {language: [float(x) for x in mean] for language, mean in store.means().items()}
        (folder / "centroids.json").write_text(json.dumps(means), encoding="utf-8")

    folder = publish_folder(root / name, make)
    for other in root.iterdir():
        if other.is_dir() and other.name != name and not other.name.startswith("."):
            shutil.rmtree(other, ignore_errors=True)
    return Derived(LexicalIndex(folder), _centroids(folder))


def _centroids(folder: Path) -> Mapping[Language, NDArray[np.float32]]:
    import numpy as np

    stored = json.loads((folder / "centroids.json").read_text(encoding="utf-8"))
    return {language: np.asarray(stored[language], dtype=np.float32) for language in LANGUAGES if language in stored}
