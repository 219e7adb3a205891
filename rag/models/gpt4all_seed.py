"""A seed for GPT4All's sampler, which takes none: the saved state of a model begins with its random generator."""

from __future__ import annotations

import ctypes
import re
import struct
from typing import Any

import numpy as np

from rag.errors import ModelFailed

_GENERATOR = re.compile(rb"\d{1,10}( \d{1,10}){623} 624")


class Seeder:
    """Gives a model that has read nothing yet a state with the generator of any seed, over and over."""

    def __init__(self, binding: Any, model: Any) -> None:
        """Keep the state of `model`, an LLModel just loaded: the length of the generator, its text, an empty cache."""
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
        self._rest = data[8 + length :]

    def seed(self, seed: int) -> None:
        """Empty the context and seed the sampler. Raises ModelFailed where this build keeps its generator otherwise."""
        if not self._known:
            raise ModelFailed("This build of GPT4All cannot be given a seed", do="Use --temperature 0.")
        generator = generator_text(seed)
        state = struct.pack("<Q", len(generator)) + generator + self._rest
        self._library.llmodel_restore_state_data(self._model.model, state)


def generator_text(seed: int) -> bytes:
    """A std::mt19937 that was given `seed`, modulo 2**32, as C++ (libstdc++) writes one: 624 words, then its place."""
    words = np.random.RandomState(seed % 2**32).get_state(legacy=False)["state"]["key"]
    return b" ".join(b"%d" % word for word in (*words, 624))
