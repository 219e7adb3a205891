"""The morphological analyser for Japanese: MeCab with UniDic, once in a process."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fugashi import Tagger


@functools.cache
def tagger() -> Tagger:
    """Return the one fugashi tagger of this process, loaded at first use (with unidic-lite)."""
    from fugashi import Tagger

    return Tagger()
