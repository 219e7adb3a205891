"""Whatever others wrote, a terminal shows it and does not act on it."""

from __future__ import annotations

import json
import unicodedata

from rag.text.terminal_text import one_line, terminal_text


def test_nothing_is_left_that_a_terminal_acts_on() -> None:
    every = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x30000)]))
    assert {letter for letter in terminal_text(every) if unicodedata.category(letter) == "Cc"} == {"\n", "\t"}
    kinds = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    directions = {letter for letter in every if unicodedata.bidirectional(letter) in kinds}
    assert len(directions) == 9
    assert not directions & set(terminal_text(every))


def test_honest_text_stays() -> None:
    for text in ("東京は首都です。\n\tTab", "👨\u200d👩\u200d👧 葛\U000e0100", "עברית العربية", "ไทย한국어", ""):
        assert terminal_text(text) == text
        assert terminal_text(terminal_text(f"{text}\x1b")) == f"{text}\\u001b"


def test_json_stays_the_same_data() -> None:
    data = {"a\x9b": "\x7f\u202e\\\x1b\n", "b": "\\"}
    assert json.loads(terminal_text(json.dumps(data, ensure_ascii=False, indent=1))) == data


def test_one_line() -> None:
    assert one_line("a\n\r\u2028 b\x85\x1b[2J") == "a b \\u001b[2J"
    assert one_line("\n") == ""
