"""Llama 2's chat template, for models and servers without one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rag.models.engine import Turn

TEMPLATE: Final = (
    "{% set system = messages[0]['content'] if messages[0]['role'] == 'system' else '' %}"
    "{% for message in messages %}"
    "{% if message['role'] == 'user' %}"
    "{{ bos_token + '[INST] ' }}"
    "{% if system and loop.index0 <= 1 %}{{ '<<SYS>>\n' + system + '\n<</SYS>>\n\n' }}{% endif %}"
    "{{ message['content'] | trim + ' [/INST]' }}"
    "{% elif message['role'] == 'assistant' %}{{ ' ' + message['content'] | trim + ' ' + eos_token }}"
    "{% endif %}{% endfor %}"
)
_START, _END = "<s>", "</s>"


def render(turns: Sequence[Turn]) -> str:
    """Return the prompt of a chat without its first start token, which the tokenizer of a server adds."""
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    messages = [{"role": turn.role, "content": turn.text} for turn in turns]
    template = ImmutableSandboxedEnvironment().from_string(TEMPLATE)  # text for a model: nothing to escape
    return template.render(messages=messages, bos_token=_START, eos_token=_END).removeprefix(_START)
