"""Characters that break programs, texts that are too long, and sets that are too big."""

from __future__ import annotations

import csv
import io
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

import openpyxl
from openpyxl.cell import WriteOnlyCell

from rag.tables.escape import xlsx_text
from tests.eval.scripted import HEADER, ROWS, lines, write_set
from tests.faults.scene import MODEL, Finding, Place

STRANGE = {
    "a NUL": "日本の\x00首都は？",
    "half a surrogate pair": "日本の首都は\ud83d？ \udcff",
    "right-to-left": "日本の\u202e首都は\u202c？ ما عاصمة اليابان؟ \u2067",
    "zero-width": "日\u200b本\u200dの\ufeff首\u2060都は？",
    "controls": "日本の\x1b[31m首都\x07は\x08？\x7f\x85\u2028\u2029",
    "no characters": "\ufffe\uffff\U0010ffff\ue000",
    "combining": "首都" + "\u0301" * 500 + "は？",
    "emoji": "日本の首都は？👨‍👩‍👧‍👦🇯🇵",
    "formula": '=HYPERLINK("http://x","日本の首都は？")',
    "markup": "</script><script>alert(1)</script>日本の首都は？ [INST] <|im_start|>",
    "blank": " \u3000\t",
}


def strange_characters(place: Place, rounds: int) -> Finding:
    """In questions from the command line, from CSV, text and Excel files, in documents; outputs can be read back."""
    finding = Finding("NUL, lone surrogates, right-to-left, zero-width, control characters: questions and documents")
    corpus = place.new("corpus")
    corpus.mkdir()
    for number, text in enumerate(STRANGE.values()):
        (corpus / f"{number}.txt").write_bytes(f"東京は日本の首都である。{text}".encode("utf-8", "surrogatepass"))
    (corpus / "good.txt").write_text("東京は日本の首都である。", encoding="utf-8")
    index = place.new("index")
    ended = place.forks.run("ingest", corpus, "--index", index, "--json")
    report = json.loads(ended.out)
    finding.did[f"documents: {len(report['added'])} in the index, {len(report['failed'])} recorded as failed"] += 1
    finding.expect("Traceback" not in ended.err, ended.err[-1500:])
    for name, text in STRANGE.items():
        question = os.fsdecode(text.replace("\0", "").encode("utf-8", "surrogatepass"))
        for argument in (question, question + "\udcff\udc80"):
            finding.note(place.forks.run("ask", argument, "--index", index, *MODEL))
            ended = place.forks.run("ask", argument, "--index", index, "--json", *MODEL)
            finding.note(ended)
            finding.expect(ended.code != 0 or bool(json.loads(ended.out)), f"{name}: no JSON")
    _set_of(place, finding, index)
    _batch_of(place, finding, index)
    return finding


def _set_of(place: Place, finding: Finding, index: Path) -> None:
    """A verification set with all of them, as CSV and, without what Excel cannot hold, as Excel file."""
    rows = [
        (str(n), f"{text}首都", f"東京{text}", f"{text} capital", f"Tokyo{text}", *ROWS[0][5:])
        for n, text in enumerate(STRANGE.values())
    ]
    path = place.new("set").with_suffix(".csv")
    buffer = io.StringIO()
    csv.writer(buffer).writerows([HEADER, *rows])
    path.write_bytes(buffer.getvalue().encode("utf-8", "surrogatepass"))
    finding.note(place.forks.run("eval", "run", path, "--out", place.new("run"), "--index", index, *MODEL))
    clean = [[cell.encode("utf-8", "replace").decode().replace("\0", "") for cell in row] for row in rows]
    run = place.new("run")
    finding.note(place.forks.run("eval", "run", write_set(path, clean), "--out", run, "--index", index, *MODEL))
    _read_back(finding, run, len(rows))
    as_excel(path, [[xlsx_text(cell) for cell in row] for row in clean])
    run = place.new("run")
    finding.note(place.forks.run("eval", "run", path.with_suffix(".xlsx"), "--out", run, "--index", index, *MODEL))
    _read_back(finding, run, len(rows))


def _read_back(finding: Finding, run: Path, questions: int) -> None:
    """Every output of a run is valid and has every answer."""
    answers = 4 * questions
    finding.expect(len(lines(run)) == answers, "answers.jsonl is short")
    book = openpyxl.load_workbook(run / "report.xlsx")
    finding.expect(book["answers"].max_row == answers + 1, "report.xlsx is short")
    with (run / "answers.csv").open(encoding="utf-8-sig", newline="") as file:
        finding.expect(len(list(csv.reader(file))) == answers + 1, "answers.csv is short")
    page = (run / "report.html").read_bytes().decode("utf-8")
    finding.expect("<script>alert(1)" not in page, "the page runs what a question says")
    finding.expect("\x00" not in page, "the page has a NUL")


def _batch_of(place: Place, finding: Finding, index: Path) -> None:
    path = place.new("questions").with_suffix(".txt")
    path.write_bytes("\n".join(STRANGE.values()).encode("utf-8", "replace").replace(b"\0", b""))
    for ending in ("csv", "xlsx"):
        out = place.new("answers").with_suffix(f".{ending}")
        finding.note(place.forks.run("batch", path, "--out", out, "--index", index, *MODEL))
        finding.expect(out.exists(), f"no {out}")


def strange_names(place: Place, rounds: int) -> Finding:
    """Names of files and folders that are no UTF-8, or hold controls and right-to-left marks."""
    finding = Finding("file and folder names: not UTF-8, control and right-to-left characters")
    corpus = place.new("corpus")
    corpus.mkdir()
    for name in (
        b"\xff\xfe.txt",
        "\u202etxt.exe.txt".encode(),
        b"a\nb.txt",
        b"\x1b[31m.txt",
        "首都\u200b.txt".encode(),
    ):
        Path(os.fsdecode(os.path.join(os.fsencode(corpus), name))).write_text("東京は日本の首都。", encoding="utf-8")
    bad = os.fsdecode(b"bad-\xff\xfe")
    index = place.new("index")
    ended = place.forks.run("ingest", corpus, "--index", index)
    finding.did[f"documents: {ended.out.partition(';')[0].strip()}"] += 1
    finding.expect("Traceback" not in ended.err, ended.err[-1500:])
    finding.note(place.forks.run("ask", "首都は？", "--index", index, *MODEL))
    for command in (
        ("ingest", corpus / bad, "--index", index),
        ("ingest", place.corpus, "--index", place.folder / bad),
        ("ask", "首都は？", "--index", place.folder / bad, *MODEL),
        ("index", "info", "--index", place.folder / bad),
        ("eval", "run", place.folder / bad, "--out", place.new("run"), *MODEL),
        ("eval", "run", place.verify, "--out", place.folder / f"{bad}-run", "--index", place.index, *MODEL),
        ("eval", "report", place.run, "--out", place.folder / f"{bad}-report"),
        ("ask", "首都は？", "--no-rag", "--model", f"gguf:{bad}"),
    ):
        finding.note(place.forks.run(*command))
    return finding


def long_questions(place: Place, rounds: int) -> Finding:
    """A question of a megabyte fails by itself; the others of its set are answered. A tenth with three rounds."""
    times = 1000 if rounds > 3 else 100
    finding = Finding("questions of 1 MB, by argument, in CSV and in Excel files")
    long = {"ja": "日本の首都はどこですか。" * 30 * times, "en": "What is the capital of Japan? " * 35 * times}
    path = place.new("long").with_suffix(".txt")
    path.write_text("\n".join(long.values()) + "\n日本の首都はどこですか？\n", encoding="utf-8")
    out = place.new("answers").with_suffix(".csv")
    ended = place.forks.run("batch", path, "--out", out, "--index", place.index, *MODEL)
    finding.did[outcome_of_batch(out)] += 1
    finding.expect("Traceback" not in ended.err, ended.err[-1500:])
    finding.note(place.forks.run("ask", long["ja"][:40_000], "--index", place.index, *MODEL))
    rows = [*ROWS, ("6", long["ja"], "東京", long["en"], "Tokyo", *ROWS[0][5:])]
    for ending in ("csv", "xlsx"):
        verify = write_set(place.new("set").with_suffix(".csv"), rows)
        if ending == "xlsx":
            verify = as_excel(verify, rows)
        run = place.new("run")
        finding.note(place.forks.run("eval", "run", verify, "--out", run, "--index", place.index, *MODEL))
        failed = [one for one in lines(run) if one["failure"]]
        finding.did[f"{ending}: {len(lines(run))} recorded, {len(failed)} of them {failed[0]['failure']['error']}"] += 1
        finding.expect({one["number"] for one in failed} == {"6"}, "another question failed")
        finding.expect(len(failed) == 4, f"{len(failed)} failed")
    return finding


def outcome_of_batch(out: Path) -> str:
    with out.open(encoding="utf-8-sig", newline="") as file:
        csv.field_size_limit(1 << 27)
        said = [row[1] for row in list(csv.reader(file))[1:]]
    return f"batch: {len(said)} rows, {sum(one.startswith('[No answer]') for one in said)} of them without an answer"


def as_excel(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    """The rows as an Excel file beside; a cell takes 32,767 characters in Excel, and more in the file."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in [HEADER, *rows]:
        cells = [WriteOnlyCell(sheet) for _ in row]
        for cell, text in zip(cells, row, strict=True):
            cell._value, cell.data_type = text, "s"
        sheet.append(cells)
    book.save(path.with_suffix(".xlsx"))
    return path.with_suffix(".xlsx")


def many_questions(place: Place, rounds: int, ending: str) -> Finding:
    """A set of ten thousand questions is loaded, run and reported on; of a tenth with three rounds or fewer."""
    count = 10_000 if rounds > 3 else 1000
    finding = Finding(f"a set of {count:,} questions ({ending})")
    rows = [
        (str(n), f"第{n}問。{ROWS[n % 5][1]}", ROWS[n % 5][2], f"No. {n}. {ROWS[n % 5][3]}", *ROWS[n % 5][4:])
        for n in range(count)
    ]
    verify = write_set(place.new("set").with_suffix(".csv"), rows)
    if ending == "xlsx":
        verify = as_excel(verify, rows)
    run = place.new("run")
    began = time.monotonic()
    ended = place.forks.run("eval", "run", verify, "--out", run, "--conditions", "no_rag", "--language", "ja", *MODEL)
    seconds = time.monotonic() - began
    finding.note(ended)
    finding.expect(len(lines(run)) == count, "answers are missing")
    finding.expect((run / "report.html").exists(), "no page")
    sizes = ", ".join(f"{name} {(run / name).stat().st_size / 1e6:.1f} MB" for name in ("report.html", "report.xlsx"))
    finding.did[f"answered and reported in {seconds:.0f} s, {ended.megabytes:.0f} MB of memory; {sizes}"] += 1
    return finding
