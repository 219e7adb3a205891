"""The folder of sets: what it keeps in memory."""

from __future__ import annotations

import gc
import io

import openpyxl

from eval.dataset.review import ReviewRow
from kotae.web.set_folder import SetEntry, SetFolder

COUNT = 5


def kept(folder: SetFolder) -> int:
    return sum(isinstance(value, SetEntry) and value.path.parent == folder.folder for value in gc.get_objects())


def test_a_set_is_in_memory_once_however_often_it_is_marked(tmp_path) -> None:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for row in [("質問", "正解"), *((f"{number}+1は？", str(number + 1)) for number in range(COUNT))]:
        book.active.append(row)
    book.save(buffer)
    sets = SetFolder(tmp_path)
    set_id = sets.add("検証.xlsx", buffer.getvalue()).id
    for row in sets.review(set_id).rows:
        sets.mark(set_id, ReviewRow(row.number, row.texts, "", keep=row.number % 2 == 0), row.texts, "ja")
        assert len(sets.get(set_id).read().items) == COUNT - (row.number - 1) // 2
        gc.collect()
        assert kept(sets) == 1
