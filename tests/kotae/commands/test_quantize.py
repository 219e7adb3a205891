"""`--model gptq:DIR` through the commands, on a small random checkpoint."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from openpyxl import load_workbook

from kotae.options import model_options
from kotae.settings import model_settings
from rag.records import Decoding
from tests.commands import TENNIS, kotae, refused
from tests.gptq_checkpoints import LlamaShape, write_checkpoint
from tests.tokenizers_small import write_bpe_tokenizer

pytestmark = pytest.mark.usefixtures("gptqmodel")


@pytest.fixture(scope="module")
def uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("gptq") / "模型"
    write_checkpoint(folder, LlamaShape(context=4096), layout="2023", group_size=64, act_order=True, sure=True)
    write_bpe_tokenizer(folder)
    return f"gptq:{folder}"


def test_ask_prints_the_answer_and_nothing_else(process, uri: str, tmp_path: Path) -> None:
    result = process(
        "ask", TENNIS, "--no-rag", "--model", uri, "--max-tokens", "4", "--json", "--offline", cwd=tmp_path
    )
    assert result.returncode == 0, result.stderr
    answer = json.loads(result.stdout)
    assert answer["question"] == TENNIS
    assert answer["attempts"][0]["completion_tokens"] <= 4


def test_ask_with_passages_and_the_historical_prompt(uri: str, small_index: Path) -> None:
    for style in ("default", "h2ogpt"):
        arguments = ("--model", uri, "--index", small_index, "--max-tokens", "4", "--prompt", style)
        result = kotae("ask", TENNIS, *arguments)
        assert result.exit_code == 0, result.output
        assert "[1] ja/許斐剛.md" in result.stdout


def test_eval_run_end_to_end(uri: str, small_index: Path, tmp_path: Path) -> None:
    verify = tmp_path / "verify.csv"
    verify.write_text(
        "NO,instruction(jp),response(jp),instruction(en),response(en),type\n"
        "1,日本の首都は？,東京,What is the capital of Japan?,Tokyo,open_qa\n"
        "2,フランスの首都は？,パリ,What is the capital of France?,Paris,open_qa\n",
        "utf-8",
    )
    out = tmp_path / "run"
    result = kotae("eval", "run", verify, "--out", out, "--index", small_index, "--model", uri, "--max-tokens", "4")
    assert result.exit_code == 0, result.output
    assert len((out / "answers.jsonl").read_text("utf-8").splitlines()) >= 8
    assert load_workbook(out / "report.xlsx").sheetnames


def test_options_of_other_engines_are_refused(uri: str) -> None:
    refused(
        kotae("ask", TENNIS, "--no-rag", "--model", uri, "--kernel", "machete"), "machete", "Choose one of", "marlin"
    )
    refused(kotae("ask", TENNIS, "--no-rag", "--model", uri, "--max-gpu-memory", "much"), "much", "15GiB")
    refused(kotae("ask", TENNIS, "--no-rag", "--kernel", "marlin"), "--kernel", "bundled")
    refused(kotae("ask", TENNIS, "--no-rag", "--model", "gptq:/no/such"), "/no/such", "hub id")


@pytest.mark.parametrize(
    ("arguments", "decoding"),
    [
        ([], Decoding()),
        (["--preset", "h2ogpt"], Decoding(0.2, 0.95, 1.15, 512)),
        (
            ["--preset", "h2ogpt", "--temperature", "0", "--max-tokens", "40", "--seed", "7"],
            Decoding(0, 0.95, 1.15, 40, 7),
        ),
    ],
)
def test_preset_gives_way_to_what_is_said(arguments: list[str], decoding: Decoding) -> None:
    found = []

    @click.command()
    @model_options
    def command(**settings: object) -> None:
        found.append(model_settings(settings).decoding)

    command(arguments, standalone_mode=False)
    assert found == [decoding]


def test_doctor_says_which_kernel(uri: str) -> None:
    assert (
        "GPTQ      torch in bfloat16: PyTorch sees no GPU here" in kotae("doctor").stdout
        or "marlin" in kotae("doctor").stdout
    )


def test_quantise_refuses_what_it_cannot_do(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "text.txt").write_text("東京は日本の首都です。", "utf-8")
    (tmp_path / "empty.txt").touch()
    text = ("--calibration", tmp_path / "text.txt")
    refused(kotae("quantize", tmp_path, "--out", tmp_path / "there", *text), "already exists", "there")
    refused(kotae("quantize", tmp_path / "no", "--out", tmp_path / "out", *text), "no model folder")
    refused(kotae("quantize", tmp_path, "--out", tmp_path / "out", "--calibration", tmp_path / "empty.txt"), "no text")
    assert not (tmp_path / "out").exists()
