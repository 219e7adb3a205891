"""The command line speaks the language that it is asked for."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from kotae.commands import main
from kotae.languages import language_of


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ([], {}, "en"),
        ([], {"LANG": "C.UTF-8"}, "en"),
        ([], {"LANG": "de_DE.UTF-8"}, "en"),
        ([], {"LANG": "ja_JP.UTF-8"}, "ja"),
        ([], {"LANG": "ja_JP.eucJP"}, "ja"),
        ([], {"LANG": "ja"}, "ja"),
        ([], {"LANG": "jam_JM"}, "en"),
        ([], {"LANG": "en_US.UTF-8", "LC_MESSAGES": "ja_JP.UTF-8"}, "ja"),
        ([], {"LANG": "ja_JP.UTF-8", "LC_MESSAGES": "C"}, "en"),
        ([], {"LC_MESSAGES": "ja_JP.UTF-8", "LC_ALL": "POSIX"}, "en"),
        ([], {"LANG": "ja_JP.UTF-8", "LC_ALL": ""}, "ja"),
        ([], {"LANG": "ja_JP.UTF-8", "KOTAE_LANG": "en"}, "en"),
        ([], {"KOTAE_LANG": "ja"}, "ja"),
        (["--lang", "en", "ask"], {"KOTAE_LANG": "ja"}, "en"),
        (["ask", "--help", "--lang", "ja"], {}, "ja"),
        (["ask", "--lang=ja"], {}, "ja"),
        (["ask", "--", "--lang", "ja"], {}, "en"),
    ],
)
def test_the_language_is_that_of_the_option_the_variable_or_the_locale(arguments, environment, language) -> None:
    assert language_of(arguments, environment) == language


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["ask"], "エラー: 必要な引数がありません: 'QUESTION'."),
        (["batch", "q.txt"], "エラー: 必要なオプションがありません: '--out'."),
        (["ask", "q", "--bogus"], "エラー: '--bogus' というオプションはありません。 もしかして '--gpus' ですか？"),
        (["askk"], "エラー: 'askk' というコマンドはありません。 もしかして 'ask' ですか？"),
        (["ask", "q", "--top-k", "0"],
         "エラー: '--top-k' の値が正しくありません: "
         "0 は使えません。1 以上の値を指定してください。"),
        (["ask", "q", "--timeout", "0"],
         "エラー: '--timeout' の値が正しくありません: "
         "0.0 は使えません。0 超の値を指定してください。"),
        (["ask", "q", "--decline", "x"], "エラー: '--decline' の値が正しくありません: "
         "'x' は使えません。次から選んでください: 'allowed', 'unmentioned'"),
        (["index", "info", "--index", "nowhere"],
         "kotae: インデックスがありません（nowhere）。次のコマンドで作成してください: kotae ingest CORPUS"),
    ],
)  # fmt: skip
def test_misuse_and_errors_are_in_japanese(arguments, line, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, [*arguments, "--lang", "ja"])
    assert result.stderr.splitlines()[-1] == line
    assert result.exit_code == (1 if line.startswith("kotae") else 2)


def test_the_next_command_line_is_in_english_again() -> None:
    assert "使い方" in CliRunner().invoke(main, ["--lang", "ja", "--help"]).stdout
    assert CliRunner().invoke(main, ["--help"]).stdout.startswith("Usage:")
    assert "[default: 3; x>=1]" in " ".join(CliRunner().invoke(main, ["ask", "--help"]).stdout.split())
    assert CliRunner().invoke(main, ["ask"]).stderr.endswith("Error: Missing argument 'QUESTION'.\n")


def test_an_unknown_language_is_refused(monkeypatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    result = CliRunner().invoke(main, ["models", "--lang", "fr"])
    assert result.exit_code == 2
    assert "'fr' is not one of 'ja', 'en'" in result.stderr
    monkeypatch.setenv("KOTAE_LANG", "fr")
    assert CliRunner().invoke(main, ["models"]).exit_code == 2
