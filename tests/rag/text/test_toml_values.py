"""TOML of others is read or refused with a ValueError, whatever its keys and numbers are."""

from __future__ import annotations

import pytest

from ingest.formats.front_matter import front_matter
from kotae.arms import read_experiment
from rag.errors import SettingsError
from rag.text.toml_values import toml_values

LONG_KEY, DIGITS, DEEP = "a" + ".b" * 100_000 + " = 1", "a = " + "9" * 5000, "a = " + "[" * 20_000 + "]" * 20_000
HOSTILE = [(LONG_KEY, "dots"), (DIGITS, "digits"), (DEEP, "nested"), ("a = 0x" + "f" * 20_000, ""), ("a", "key")]


@pytest.mark.parametrize(("text", "fault"), [case for case in HOSTILE if case[1]])
def test_what_is_none(text: str, fault: str, tmp_path) -> None:
    with pytest.raises(ValueError, match=fault):
        toml_values(text)
    (tmp_path / "a.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=f"not TOML: .*{fault}"):
        read_experiment(tmp_path / "a.toml", "bundled", {})


@pytest.mark.parametrize(("text", "_"), HOSTILE)
def test_front_matter_that_is_none_is_text(text: str, _: str) -> None:
    assert front_matter(f"+++\ntitle = 'x'\n{text}\n+++\n本文").body == 0


def test_honest_text() -> None:
    text = "\n".join(f"[arms.a{at}]\nmodel = 'models/q.{at}.gguf'" for at in range(1000))
    assert len(toml_values(text)["arms"]) == 1000
