"""The dictionary out of its package: which words stand for which."""

from __future__ import annotations

import contextlib
import sqlite3
import sys
from pathlib import Path

import pytest

from rag.errors import ModelUnavailable
from rag.lexical.dictionary import GLOSSES, Dictionary, open_dictionary, shares, write_pairs

LAYOUT = """
CREATE TABLE Kanji (ID INTEGER PRIMARY KEY, idseq INTEGER, text TEXT);
CREATE TABLE Kana (ID INTEGER PRIMARY KEY, idseq INTEGER, text TEXT);
CREATE TABLE KJP (kid INTEGER, text TEXT);
CREATE TABLE KNP (kid INTEGER, text TEXT);
CREATE TABLE Sense (ID INTEGER PRIMARY KEY, idseq INTEGER);
CREATE TABLE misc (sid INTEGER, text TEXT);
CREATE TABLE SenseGloss (sid INTEGER, lang TEXT, text TEXT);
INSERT INTO Kanji VALUES (1, 1, '橋'), (2, 2, '端'), (3, 4, '嘴');
INSERT INTO Kana VALUES (1, 1, 'はし'), (2, 2, 'はし'), (3, 3, 'ﾃﾆｽ'), (4, 4, 'はし');
INSERT INTO KJP VALUES (1, 'ichi1');
INSERT INTO Sense VALUES (1, 1), (2, 2), (3, 3), (4, 4);
INSERT INTO misc VALUES (2, 'word usually written using kana alone'), (4, 'word usually written using kana alone');
INSERT INTO SenseGloss VALUES (1, 'eng', 'bridge'), (1, 'ger', 'Brücke'), (2, 'eng', 'end (e.g. of street)'),
    (2, 'eng', 'edge'), (3, 'eng', 'lawn tennis'), (4, 'eng', 'beak'), (4, 'eng', 'of the');
"""


@pytest.fixture
def small(tmp_path: Path) -> Dictionary:
    with (
        contextlib.closing(sqlite3.connect(":memory:")) as source,
        contextlib.closing(sqlite3.connect(tmp_path / "pairs.sqlite")) as pairs,
    ):
        source.executescript(LAYOUT)
        write_pairs(source, pairs)
    return Dictionary(tmp_path / "pairs.sqlite")


def test_forms_of_every_entry(small: Dictionary) -> None:
    assert small.english("橋") == {"bridg": 1.0}, "English alone"
    assert small.english("端") == {"end": 1.0, "edg": 1.0}, "without the remark"
    assert small.english("はし") == {"end": 1.0, "edg": 1.0, "beak": 1.0}, "橋 is written in kanji"
    assert small.english("テニス") == {"lawn": 0.5, "tenni": 0.5}, "half-width in the source"
    assert small.english("無い") == {}


def test_both_directions_say_the_same(small: Dictionary) -> None:
    assert small.japanese("edg") == {"端": 1.0, "はし": 1.0}
    assert small.japanese("tenni") == {"テニス": 0.5}
    assert small.japanese("nothing") == {}


@pytest.mark.parametrize(
    ("form", "word", "share"),
    [("首都", "metropoli", 1.0), ("首都", "capit", 0.5), ("戦争", "war", 1.0), ("コンピューター", "comput", 1.0)],
)
def test_the_real_dictionary(form: str, word: str, share: float) -> None:
    assert open_dictionary().english(form)[word] == share
    assert open_dictionary().japanese(word)[form] == share


def test_common_entries_leave_out_the_others() -> None:
    assert "sumo" not in open_dictionary().english("する")
    assert "do" not in open_dictionary().english("する"), "a stop word says nothing"


def test_first_glosses_only() -> None:
    assert len(shares(f"word{n}" for n in range(99))) == GLOSSES
    assert shares(["(remark)", "to the", "a winner"]) == {"winner": 1.0}


def test_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOTAE_CACHE", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    open_dictionary.cache_clear()
    try:
        with pytest.raises(ModelUnavailable, match="pip install jamdict-data"):
            open_dictionary()
    finally:
        open_dictionary.cache_clear()


def test_damaged_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site" / "jamdict_data"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "jamdict.db").write_bytes(b"not a database, but long enough to be looked at" * 9)
    monkeypatch.setenv("KOTAE_CACHE", str(tmp_path / "cache"))
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.delitem(sys.modules, "jamdict_data", raising=False)
    open_dictionary.cache_clear()
    try:
        with pytest.raises(ModelUnavailable, match=r"jamdict\.db"):
            open_dictionary()
    finally:
        open_dictionary.cache_clear()
    assert not list((tmp_path / "cache").rglob("pairs.sqlite"))
