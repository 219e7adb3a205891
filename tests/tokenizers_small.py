"""Small generated tokenizers: byte-level BPE, and a sentencepiece model such as Llama 2's."""

from __future__ import annotations

import json
from pathlib import Path

_SPECIAL = ["<unk>", "<s>", "</s>"]


def write_bpe_tokenizer(folder: Path, *, pad: bool = False, template: str | None = None) -> None:
    """Write the tokenizer.json of a byte-level BPE of at most 512 tokens, Japanese and English."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=512,
        special_tokens=_SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(["日本の首都は東京です。", "The capital of France is Paris."] * 8, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<s>",
        "eos_token": "</s>",
        "unk_token": "<unk>",
    }
    if pad:
        config["pad_token"] = "<unk>"
    if template is not None:
        config["chat_template"] = template
    (folder / "tokenizer_config.json").write_text(json.dumps(config), "utf-8")


def write_sentencepiece_tokenizer(folder: Path) -> None:
    """Write tokenizer.model alone, BPE with byte fallback, and the tokenizer_config.json of 2023."""
    import sentencepiece

    corpus = folder / "corpus.txt"
    corpus.write_text("日本の首都は東京です。\nThe capital of France is Paris.\n" * 50, "utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(corpus),
        model_prefix=str(folder / "tokenizer"),
        vocab_size=400,
        model_type="bpe",
        byte_fallback=True,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    corpus.unlink()
    (folder / "tokenizer.vocab").unlink()
    config = {
        "tokenizer_class": "LlamaTokenizer",
        "bos_token": "<s>",
        "eos_token": "</s>",
        "unk_token": "<unk>",
        "add_bos_token": True,
        "add_eos_token": False,
        "legacy": False,
        "model_max_length": 4096,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config), "utf-8")
