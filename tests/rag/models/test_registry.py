"""What a kind of model needs is what the extras of the distribution name."""

from __future__ import annotations

import shlex
import tomllib

import pytest

from rag.models import gpt4all, registry
from rag.models.gptq import loading
from tests.samples import REPOSITORY

EXTRAS = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]


@pytest.mark.parametrize(("kind", "extra"), [("gptq", "gptq"), ("openai", "server"), ("gpt4all", "gpt4all")])
def test_the_command_installs_what_the_extra_has(kind: str, extra: str) -> None:
    assert shlex.split(registry.KINDS[kind].install) == ["pip", "install", *EXTRAS[extra]]


def test_errors_and_the_list_of_models_give_one_command() -> None:
    assert registry.KINDS["gptq"].install == loading.INSTALL
    assert registry.KINDS["gpt4all"].install == gpt4all.INSTALL
