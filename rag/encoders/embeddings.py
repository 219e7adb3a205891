"""Encoders: texts to unit vectors, with the prompts that the model was trained with."""

from __future__ import annotations

import copy
import functools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langchain_core.embeddings import Embeddings

from rag.encoders import bundled as bundled_encoder
from rag.encoders.question_encoder import QuestionEncoder
from rag.errors import ModelUnavailable
from rag.hub import ModelFolder, resolve
from rag.messages import Message

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer

BATCH, GPU_BATCH = 32, 256
"""Number of texts, of similar length, encoded at a time."""
_E5 = re.compile(r"(^|[/_-])e5-", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class EncoderIdentity:
    """The identity of an encoder's vectors; stored with an index and compared when it is opened."""

    name: str
    revision: str
    query_prompt: str
    document_prompt: str

    def __str__(self) -> str:
        return f"{self.name} ({self.revision})"


class Encoder(Embeddings):
    """A sentence-transformers model behind LangChain's `Embeddings`, loaded once, at the first text."""

    def __init__(self, folder: ModelFolder) -> None:
        """Open the model in `folder`, reading only its small configuration files."""
        self._folder = folder
        self.identity = _identity(folder)

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a question, of length 1."""
        return [float(value) for value in self.encode_queries([text])[0]]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return the vectors of passages, each of length 1, in the given order."""
        return [[float(value) for value in row] for row in self.encode(texts)]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of passages, float32, shape (len(texts), dimensions), each row of length 1."""
        return self._encode(texts, self.identity.document_prompt)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of questions, float32, shape (len(texts), dimensions), each row of length 1."""
        return self._encode(texts, self.identity.query_prompt)

    def encode_each(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of questions, each as of its text alone: a padded batch changes the last bits."""
        import numpy as np

        vectors = [self.encode_queries([text]) for text in texts]
        return np.concatenate(vectors) if vectors else self.encode_queries([])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, without prompt and special tokens."""
        if not texts:
            return []
        ids = self._counting_tokenizer(list(texts), add_special_tokens=False, verbose=False)["input_ids"]
        return [len(tokens) for tokens in ids]

    @property
    def window(self) -> int:
        """Maximum tokens of text per vector, without the document prompt and the special tokens."""
        prompt = self.count_tokens([self.identity.document_prompt])[0]
        return int(self._model.max_seq_length or 512) - prompt - 2

    def _encode(self, texts: Sequence[str], prompt: str) -> NDArray[np.float32]:
        import numpy as np

        if not texts:
            return np.zeros((0, int(self._model.get_embedding_dimension() or 0)), dtype=np.float32)
        size = GPU_BATCH if self._model.device.type == "cuda" else BATCH
        vectors = self._model.encode(list(texts), prompt=prompt, batch_size=size, show_progress_bar=False)
        # Normalised here and not by the model, whose own normalisation in bfloat16 is off by up to 0.2 %.
        vectors = np.asarray(vectors, dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)

    @functools.cached_property
    def _model(self) -> SentenceTransformer:
        return _load(self._folder)

    @functools.cached_property
    def _counting_tokenizer(self) -> Any:
        """A copy of the model's tokenizer, whose padding and truncation another thread may change while it encodes."""
        return copy.deepcopy(self._model.tokenizer)


class BundledEncoder(Encoder):
    """The bundled encoder: questions and counts need neither PyTorch nor sentence-transformers, passages do."""

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the vectors of questions as `Encoder` does, each as of its text alone, in float32 on any machine."""
        return self._light.encode([self.identity.query_prompt + text for text in texts])

    encode_each = encode_queries

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text, without prompt and special tokens."""
        return self._light.count_tokens(texts)

    @property
    def window(self) -> int:
        """Maximum tokens of text per vector, without the document prompt and the special tokens."""
        return self._light.window - self.count_tokens([self.identity.document_prompt])[0] - 2

    @functools.cached_property
    def _light(self) -> QuestionEncoder:
        return _load_light(self._folder)


def _load_light(folder: ModelFolder) -> QuestionEncoder:
    return QuestionEncoder(folder.path)


@functools.cache
def open_encoder(name: str) -> Encoder:
    """Return the encoder `name`: "bundled", a folder, or a hub id with an optional @revision; opened only once.

    Raises ModelUnavailable.
    """
    if name == "bundled":
        folder = bundled_encoder.expand()
        return BundledEncoder(ModelFolder(bundled_encoder.NAME, bundled_encoder.REVISION, folder))
    return Encoder(resolve(name))


def _identity(folder: ModelFolder) -> EncoderIdentity:
    path = folder.path / "config_sentence_transformers.json"
    prompts: dict[str, str] = {}
    if path.is_file():
        prompts = json.loads(path.read_text(encoding="utf-8")).get("prompts") or {}
    query = prompts.get("query")
    document = prompts.get("document") or prompts.get("passage")
    if not query and not document and _E5.search(folder.name):
        query, document = "query: ", "passage: "
    return EncoderIdentity(folder.name, folder.revision, query or "", document or "")


def _load(folder: ModelFolder) -> SentenceTransformer:
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    options: dict[str, Any] = {"dtype": _dtype(device), "use_safetensors": True}
    try:
        return SentenceTransformer(
            str(folder.path), device=device, trust_remote_code=False, local_files_only=True, model_kwargs=options
        )
    except (OSError, ValueError, KeyError) as error:
        raise ModelUnavailable(
            Message("The encoder {folder!r} cannot be loaded: {error}", folder=folder.name, error=error),
            where=str(folder.path),
            do="It must be a sentence-transformers folder with safetensors weights.",
        ) from error


def _dtype(device: str) -> Any:
    """Return float16 on a GPU, else `processor_type`."""
    import torch

    return torch.float16 if device == "cuda" else processor_type()


def processor_type() -> Any:
    """Return bfloat16 if the processor multiplies it in hardware, else float32."""
    import torch

    instructions = torch.cpu.get_capabilities()
    return torch.bfloat16 if any(instructions.get(name) for name in _BFLOAT16) else torch.float32


_BFLOAT16 = ("avx512_bf16", "amx_bf16", "bf16", "arm_bf16")


def compute_type() -> str:
    """Return the number format in which encoders compute on this machine, such as "bfloat16"."""
    import torch

    return str(_dtype("cuda" if torch.cuda.is_available() else "cpu")).removeprefix("torch.")
