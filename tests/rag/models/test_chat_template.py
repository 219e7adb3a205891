"""A chat template that does not end is named, in time; those of models that people use pass."""

from __future__ import annotations

import struct
import time
from pathlib import Path

import pytest

from rag.errors import ModelUnavailable
from rag.models.chat_template import rendered, require_bounded
from rag.models.gguf_header import texts

HONEST = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
STRICT = (
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}{{ messages[0].content }}"
)


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def gguf(path: Path, *chat_templates: str) -> Path:
    """A header with values of every shape before the templates, and no tensors."""
    words = [text(f"token{at}") for at in range(1000)]
    fields = [
        text("general.name") + struct.pack("<I", 8) + text("名前"),
        text("a.float") + struct.pack("<If", 6, 0.5),
        text("a.bool") + struct.pack("<IB", 7, 1),
        text("a.words") + struct.pack("<IIQ", 9, 8, len(words)) + b"".join(words),
        text("a.scores") + struct.pack("<IIQ", 9, 6, 1000) + b"\0" * 4000,
        text("a.nested") + struct.pack("<IIQ", 9, 9, 1) + struct.pack("<IQ", 4, 2) + b"\0" * 8,
        *(
            text("tokenizer.chat_template" + (f".{at}" if at else "")) + struct.pack("<I", 8) + text(template)
            for at, template in enumerate(chat_templates)
        ),
        text("a.last") + struct.pack("<IQ", 10, 1),
    ]
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, len(fields)) + b"".join(fields))
    return path


@pytest.mark.parametrize("honest", [[], [HONEST], [STRICT], [HONEST, STRICT], ["{% nonsense"], ["{{ 1 / 0 }}"], [""]])
def test_honest_templates_pass(tmp_path, honest: list[str]) -> None:
    path = gguf(tmp_path / "a.gguf", *honest)
    assert texts(path, "tokenizer.chat_template") == honest
    require_bounded(path)


def test_what_is_rendered(tmp_path) -> None:
    first = next(iter(rendered(str(gguf(tmp_path / "a.gguf", HONEST)))))
    assert first == (
        "<|im_start|>system\nAnswer.<|im_end|>\n<|im_start|>user\n日本の首都は？<|im_end|>\n<|im_start|>assistant\n"
    )


def test_a_loop_over_a_range_that_the_sandbox_refuses_is_named(tmp_path) -> None:
    with pytest.raises(ModelUnavailable, match=r"loops without end \(.*a\.gguf\)"):
        require_bounded(gguf(tmp_path / "a.gguf", "{% for i in range(10 ** 12) %}{% endfor %}"))


LOOP = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"
MACRO = "{% macro again(n) %}{% if n %}{{ again(n - 1) }}{{ again(n - 1) }}{% endif %}{% endmacro %}{{ again(60) }}"


@pytest.mark.usefixtures("process")
@pytest.mark.parametrize(
    "template",
    [
        "{{ 'a' * 10 ** 10 }}",
        f"{{% if messages|length > 2 %}}{LOOP}{{% endif %}}",
        pytest.param(LOOP.replace("{% endfor %}", "{{ i }}{% endfor %}", 1), marks=pytest.mark.slow),
        pytest.param(MACRO, marks=pytest.mark.slow),
    ],
)
def test_templates_that_do_not_end_are_named(tmp_path, template: str) -> None:
    began = time.monotonic()
    with pytest.raises(ModelUnavailable, match=r"Rendering the chat template of this file .*a\.gguf"):
        require_bounded(gguf(tmp_path / "a.gguf", HONEST, template))
    assert time.monotonic() - began < 60


def test_damaged_headers_have_the_templates_before_the_damage(tmp_path) -> None:
    path = gguf(tmp_path / "a.gguf", HONEST)
    data = path.read_bytes()
    for end in range(0, len(data), 97):
        path.write_bytes(data[:end])
        assert texts(path, "tokenizer.chat_template") in ([], [HONEST])
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("a") + struct.pack("<IIQ", 9, 8, 1 << 62))
    assert texts(path, "tokenizer.chat_template") == []
