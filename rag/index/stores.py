"""The kinds of stores that an index on disk can be kept in; light, for the command line."""

from __future__ import annotations

from typing import Literal, get_args

Store = Literal["chroma", "lancedb"]
STORES: tuple[Store, ...] = get_args(Store)
"""The subfolders of an index have these names too."""
