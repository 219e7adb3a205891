"""Seed GPT4All's sampler, which has no option for it: the saved state of a model begins with its random generator."""

from __future__ import annotations

import ctypes
import re
import struct
from typing import Any

import numpy as np

from rag.errors import ModelFailed

_GENERATOR = re.compile(rb"\d{1,10}( \d{1,10}){623} 624")


class Seeder:
    """Resets a model to an empty context with the random generator of any seed."""

    def __init__(self, binding: Any, model: Any) -> None:
        """Save the state of `model`, an LLModel just loaded: the length of the generator, its text, an empty cache."""
        library = binding.llmodel
        library.llmodel_get_state_size.argtypes = [ctypes.c_void_p]
        library.llmodel_get_state_size.restype = ctypes.c_uint64
        for function in (library.llmodel_save_state_data, library.llmodel_restore_state_data):
            function.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
            function.restype = ctypes.c_uint64
        self._library = library
        self._model = model
        state = (ctypes.c_char * library.llmodel_get_state_size(model.model))()
        size = library.llmodel_save_state_data(model.model, state)
        data = state[:size]
        length = struct.unpack_from("<Q", data)[0] if size >= 8 else 0
        self._known = bool(_GENERATOR.fullmatch(data[8 : 8 + length]))
        self._after_generator = data[8 + length :]

    def seed(self, seed: int) -> None:
        """Empty the context and seed the sampler. Raises ModelFailed if this build stores its generator differently."""
        if not self._known:
            raise ModelFailed("This build of GPT4All cannot be given a seed", do="Use --temperature 0.")
        generator = generator_text(seed)
        state = struct.pack("<Q", len(generator)) + generator + self._after_generator
        self._library.llmodel_restore_state_data(self._model.model, state)


def generator_text(seed: int) -> bytes:
    """Return a std::mt19937 seeded with `seed` modulo 2**32, as libstdc++ writes it: 624 words, then its position."""
    words = np.random.RandomState(seed % 2**32).get_state(legacy=False)["state"]["key"]
    return b" ".join(b"%d" % word for word in (*words, 624))
