"""Messages keep their template and values, and are said in the language that is asked for."""

from __future__ import annotations

import json
import pickle

import pytest

from rag.errors import IndexMissing, SettingsError, first_line
from rag.messages import Message, displayed_in, joined, localized, packed, read_catalogue, translated, unpacked

PORT = "Port {port} cannot be used: {error}"


def test_a_message_is_its_english_text() -> None:
    message = Message(PORT, port=80, error="in use")
    assert message == "Port 80 cannot be used: in use"
    assert (message.template, message.values) == (PORT, {"port": 80, "error": "in use"})
    assert translated(message, "en") == message


def test_a_message_is_said_in_japanese() -> None:
    assert translated(Message(PORT, port=80, error="in use"), "ja") == "ポート 80 を使用できません: in use"


def test_a_message_in_a_message_is_said_in_the_same_language() -> None:
    message = Message(PORT, port=80, error=Message("There is no index"))
    assert translated(message, "ja") == "ポート 80 を使用できません: インデックスがありません"


def test_a_text_without_a_twin_stays_english() -> None:
    assert translated("No such text", "ja") == "No such text"
    assert translated(Message("No such {thing}", thing="text"), "ja") == "No such text"


def test_braces_of_a_text_without_values_stay() -> None:
    assert Message("Put {passages} here") == "Put {passages} here"
    assert translated(Message("Put {passages} here"), "ja") == "Put {passages} here"


def test_values_may_have_braces() -> None:
    assert translated(Message(PORT, port="{x}", error="{0}"), "ja") == "ポート {x} を使用できません: {0}"


def test_a_message_survives_a_worker() -> None:
    error = pickle.loads(pickle.dumps(SettingsError(Message(PORT, port=80, error=OSError("in use")))))  # noqa: S301
    assert str(error) == "Port 80 cannot be used: in use"
    assert error.text("ja") == "ポート 80 を使用できません: in use"


def test_a_message_travels_as_json() -> None:
    message = Message(PORT, port=80, error=Message("There is no index"))
    again = unpacked(json.loads(json.dumps(packed(message))))
    assert again == message
    assert translated(again, "ja") == "ポート 80 を使用できません: インデックスがありません"
    assert unpacked(packed("a place")) == "a place"
    assert unpacked(packed(None)) is None


@pytest.mark.parametrize(
    "template",
    [
        "{a.__reduce_ex__.__globals__}",
        "{a[0]}",
        "{a:99999999999}",
        "{a:{b}}",
        "{a:.0f}",
        "{c}",
        "{}",
        "{a",
    ],
)
def test_a_template_of_anyone_takes_no_more_than_its_values(template: str) -> None:
    values = {"a": {"template": "x", "values": {}}, "b": 99999999999}
    made = unpacked({"template": template, "values": values})
    assert made == template
    assert translated(made, "ja") == template


def test_what_nobody_packed_stays() -> None:
    assert unpacked({"template": "x"}) == {"template": "x"}
    assert unpacked({"template": "{a:,} of {b!r}", "values": {"a": 1000, "b": "c"}}) == "1,000 of 'c'"


def test_an_error_is_one_sentence_after_the_other_in_either_language() -> None:
    error = IndexMissing("There is no index", where=".kotae/index", do="Build it with: kotae ingest CORPUS")
    assert str(error) == "There is no index (.kotae/index). Build it with: kotae ingest CORPUS"
    assert error.text("ja") == (
        "インデックスがありません（.kotae/index）。次のコマンドで作成してください: kotae ingest CORPUS"
    )


def test_an_error_about_another_ends_each_sentence_once() -> None:
    inner = SettingsError("No port", do="Choose one.")
    outer = SettingsError(Message("It stopped: {error}", error=inner.message), do="Run it again.")
    assert str(outer) == "It stopped: No port. Choose one. Run it again."


def test_the_first_line_of_a_foreign_error_stands_in_a_sentence() -> None:
    what = Message("The Ray cluster cannot be reached: {error}", error=first_line(ValueError("Bad port.\nAt line 3.")))
    error = SettingsError(what, do="Omit them.")
    assert str(error) == "The Ray cluster cannot be reached: Bad port. Omit them."
    assert error.text("ja") == "Ray クラスターに接続できません: Bad port。これらのオプションを省いてください。"
    assert first_line(ValueError("Loading...")) == "Loading..."
    assert translated(first_line(OSError("Connection error.")), "ja") == "接続できません"
    assert first_line(TimeoutError()) == "timed out"


def test_a_place_or_value_that_is_called_like_a_message_stays() -> None:
    error = IndexMissing("There is no index", where="question")
    assert error.text("ja") == "インデックスがありません（question）"
    assert translated(joined(["question", Message("question")]), "ja") == "question / 質問"


def test_the_language_of_the_terminal_lasts_as_long_as_its_block() -> None:
    with displayed_in("ja"):
        assert localized("There is no index") == "インデックスがありません"
    assert localized("There is no index") == "There is no index"


def test_a_catalogue_is_read_with_its_contexts_and_long_lines() -> None:
    lines = """
    # comment
    msgid ""
    msgstr "Language: ja\\n"

    #: place
    msgctxt "button"
    msgid "Ask"
    msgstr "質問する"

    msgid "Ask"
    msgstr ""
    "質"
    "問"

    msgid "Not yet"
    msgstr ""
    """
    assert read_catalogue(lines.splitlines()) == {"button\4Ask": "質問する", "Ask": "質問"}
