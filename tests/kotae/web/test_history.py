"""The history in its file: found again, bounded, private, shared, and safe from files that are none of it."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kotae.web import history
from kotae.web.history import History, HistoryEntry
from rag.errors import CannotWrite, SettingsError

SOURCE = {
    "id": "c1",
    "rank": 1,
    "source": "ja/許斐剛.md",
    "title": "許斐剛",
    "start": 0,
    "end": 9,
    "text": "許斐剛は漫画家。",
}


def entry(question: str, answer: str = "x") -> HistoryEntry:
    return HistoryEntry(question, answer, True, "2026-11-30T12:00:00+00:00", 1.5, [SOURCE], {"model": "bundled"})


def questions(found: tuple[list[HistoryEntry], int]) -> list[str]:
    return [kept.question for kept in found[0]]


def test_entries_survive_and_are_found_whatever_their_width_and_case(tmp_path: Path) -> None:
    path = tmp_path / "new" / "history.db"
    for question, answer in (("作者は？", "許斐剛"), ("Which disease?", "Rinderpest"), ("100%_か？", "ＡＢＣ")):
        History(path).add(entry(question, answer))
    kept = History(path)
    assert questions(kept.find()) == ["100%_か？", "Which disease?", "作者は？"]
    assert kept.find("作者")[0][0].content() == entry("作者は？", "許斐剛").content()
    assert questions(kept.find("RINDER disease")) == ["Which disease?"]
    assert questions(kept.find("abc")) == ["100%_か？"]
    assert questions(kept.find("%_")) == ["100%_か？"]
    assert kept.find("許斐剛.MD", start=1, most=1)[1] == 3
    assert questions(kept.find("許斐剛.MD", start=1, most=1)) == ["Which disease?"]
    assert kept.find("nothing") == ([], 0)


@pytest.mark.skipif(sys.platform == "win32", reason="modes of Unix")
def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    History(tmp_path / "history.db").add(entry("q"))
    assert stat.S_IMODE((tmp_path / "history.db").stat().st_mode) == 0o600


def test_what_is_deleted_is_gone_from_the_file(tmp_path: Path) -> None:
    kept = History(tmp_path / "history.db")
    for number in range(200):
        kept.add(entry(f"secret {number}", "answer " * 200))
    size = kept.path.stat().st_size
    wanted = kept.find("199")[0][0].id
    assert (kept.delete(wanted), kept.delete(wanted)) == (1, 0)
    assert b"secret 199" not in kept.path.read_bytes()
    assert kept.delete() == 199
    assert kept.find() == ([], 0)
    assert b"secret" not in kept.path.read_bytes()
    assert kept.path.stat().st_size < size / 4
    kept.add(entry("later"))
    assert kept.find()[0][0].id > wanted


def test_the_oldest_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = History(tmp_path / "history.db")
    monkeypatch.setattr(history, "MOST_ENTRIES", 3)
    for number in range(5):
        kept.add(entry(f"q{number}"))
    assert questions(kept.find()) == ["q4", "q3", "q2"]
    monkeypatch.setattr(history, "MOST_BYTES", 1000)
    kept.add(entry("long", "x" * 5000))
    assert questions(kept.find()) == ["long"]


@pytest.mark.parametrize("content", [b"question,answer\na,b\n", b"SQLite format 3\0" + b"x" * 5000, b"S"])
def test_a_file_that_is_no_history_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"not a history|damaged"):
        History(path)
    assert path.read_bytes() == content


def test_a_database_of_something_else_stays_as_it_is(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE entries (a)")
    before = (tmp_path / "other.db").read_bytes()
    with pytest.raises(SettingsError, match="not a history"):
        History(tmp_path / "other.db")
    assert (tmp_path / "other.db").read_bytes() == before
    with pytest.raises(SettingsError, match="is no file"):
        History(tmp_path)


@pytest.mark.parametrize("at", [100, 20_000, -2000])
def test_damage_is_named_and_changes_nothing(tmp_path: Path, at: int) -> None:
    kept = History(tmp_path / "history.db")
    for number in range(50):
        kept.add(entry(f"q{number}", "answer " * 100))
    data = bytearray(kept.path.read_bytes())
    data = data[:at] if at < 0 else data[:at] + b"\xff" * 3000 + data[at + 3000 :]
    kept.path.write_bytes(data)
    with pytest.raises(SettingsError, match="damaged"):
        History(kept.path)
    assert kept.path.read_bytes() == data


def test_the_file_of_a_later_version_is_refused(tmp_path: Path) -> None:
    kept = History(tmp_path / "history.db")
    with sqlite3.connect(kept.path) as later:
        later.execute("PRAGMA user_version = 2")
    with pytest.raises(SettingsError, match="another version"):
        kept.find()


def test_two_servers_write_to_one_file(tmp_path: Path) -> None:
    path = tmp_path / "history.db"

    def write(server: int) -> None:
        kept = History(path)
        for number in range(20):
            kept.add(entry(f"{server} {number}"))

    with ThreadPoolExecutor(2) as servers:
        list(servers.map(write, range(2)))
    assert History(path).find(most=1)[1] == 40


def test_a_file_that_another_process_holds_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "_SECONDS_TO_WAIT", 0.1)
    kept = History(tmp_path / "history.db")
    other = sqlite3.connect(kept.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(SettingsError, match="Another process"):
        kept.add(entry("q"))
    other.close()
    kept.add(entry("q"))
    assert kept.find()[1] == 1


@pytest.mark.usefixtures("process")
def test_reading_does_not_release_the_lock_of_a_writer(tmp_path: Path) -> None:
    kept = History(tmp_path / "history.db")
    writer = sqlite3.connect(kept.path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    kept.find()
    program = "import sqlite3, sys; sqlite3.connect(sys.argv[1], 0).execute('BEGIN IMMEDIATE')"
    other = subprocess.run([sys.executable, "-c", program, kept.path], capture_output=True, text=True, check=False)
    writer.close()
    assert "database is locked" in other.stderr


def test_a_failure_of_the_disk_is_no_damage(tmp_path: Path) -> None:
    kept = History(tmp_path / "history.db")
    kept.add(entry("q"))
    journal = tmp_path / "history.db-journal"
    journal.mkdir()
    with pytest.raises(CannotWrite, match="disk I/O error"):
        kept.add(entry("later"))
    journal.rmdir()
    assert questions(kept.find()) == ["q"]
