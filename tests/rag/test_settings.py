"""What is printed when libraries are imported: torchao's warnings not, others still."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from rag.settings import configure_libraries
from tests.eval.set_checks import ROOT


def _imported() -> str:
    """What Python writes to stderr when torchao is imported in a process of its own."""
    code = (
        "from rag.settings import configure_libraries\nconfigure_libraries(offline=True)\nimport torchao.quantization"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stderr


@pytest.mark.usefixtures("process")
def test_torchao_is_imported_without_a_word() -> None:
    pytest.importorskip("torchao")
    assert _imported() == ""


def test_doctor_prints_no_warning(process, tmp_path: Path) -> None:
    result = process("doctor", "--offline", cwd=tmp_path)
    assert result.returncode == 0
    assert result.stderr == ""


def test_only_those_warnings_are_left_out(caplog: pytest.LogCaptureFixture) -> None:
    configure_libraries(offline=False)
    configure_libraries(offline=False)
    logging.getLogger("torchao").warning("Failed to load %s: %s", "/x/torchao/_C_mxfp8.so", "why")
    logging.getLogger("torchao").warning("Failed to load the model 東京")
    logging.getLogger("torch.utils._pytree").warning("%s is an Enum subclass and is now", "<enum 'KernelPreference'>")
    logging.getLogger("torch.utils._pytree").warning("%s is an Enum subclass and is now", "<enum 'Mine'>")
    assert [record.getMessage() for record in caplog.records] == [
        "Failed to load the model 東京",
        "<enum 'Mine'> is an Enum subclass and is now",
    ]
    assert len([one for one in logging.getLogger("torchao").filters if type(one).__name__ == "_Without"]) == 1
