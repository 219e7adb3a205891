"""The tokenizer shared by these tests."""

from __future__ import annotations

import pytest

from rag.models.batch.tokenizer import Codec, load_codec
from tests.tokenizers_small import write_bpe_tokenizer


@pytest.fixture(scope="package")
def codec(tmp_path_factory: pytest.TempPathFactory) -> Codec:
    folder = tmp_path_factory.mktemp("bpe")
    write_bpe_tokenizer(folder)
    return load_codec(folder)
