"""Sheets that are one document, no table: forms (稟議書, 申請書), names beside their values, notes of one column."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from ingest.formats.categories import is_total
from rag.tables.header import TableRow, normalise_header
from rag.tables.merged_cells import MergedRange

_FEWEST, _MOST = 3, 60
"""Rows of a form."""
_VALUES = (
    re.compile(r"(?:\d{4}|(?:令和|平成|昭和)[\d元]{1,2})[-/.年]\d{1,2}(?:[-/.月].{0,12})?"),
    re.compile(r"\+?\d{1,4}[-(]\d{1,4}[-)]\d{3,4}"),
    re.compile(r"〒?\d{3}-\d{4}(?:\s.{0,60})?"),
    re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,100}"),
    re.compile(r"https?://\S{1,200}|www\.\S{1,200}"),
    re.compile(r"[¥$]?[\d,.]{1,20}\s?(?:[万億]?円|千円|名|人|㎡|m2|mm|cm|kg|g|分|%)"),
)
"""Kinds of values: no column is named by one word if it has several of them, none of which most are."""
_KINDS = 2
_SPEAKERS = (
    re.compile(r"(?:[QＱ]|問い?|質問|question)\s?[\d０-９]{0,4}[.．:：]?", re.IGNORECASE),
    re.compile(r"(?:[AＡ]|答え?|回答|answer)\s?[\d０-９]{0,4}[.．:：]?", re.IGNORECASE),
)
"""What stands before a question, and before an answer."""
_SENTENCE = re.compile(r"^※|.{7}[。！？.!?]$", re.DOTALL)
_COLUMN = re.compile(
    r".{0,4}(?:値|内容|説明|詳細|回答|答え?|解答|正解|備考|データ|記入欄|先|(?<!曜)日|日付|日時|日程|期限|金額|価格|料金|単価|番号|電話|住所|時間|時刻|数量?|率|"
    r"条件|意味|定義|情報|結果|状態)|a|[a-z]{0,12}(?:value|content|description|detail|data|answer|date|price|amount|"
    r"phone|mail|address|contact|number|status)s?"
)
"""Names of a column of values."""


def is_form(rows: Sequence[TableRow], merged: Iterable[MergedRange]) -> bool:
    """Tell whether rows are a form: its values are merged across, and other columns in most rows than in the first.

    In a table whose cells are merged, all rows are merged alike, but for totals, and for cells that say the same of
    some columns (a lesson of two hours).
    """
    across: defaultdict[int, set[tuple[int, int]]] = defaultdict(set)
    for cells in merged:
        if cells.right > cells.left:
            across[cells.top].add((cells.left, cells.right))
    first, *below = rows
    if not _FEWEST <= len(rows) <= _MOST or any(row.fault or row.errors for row in rows):
        return False
    if not across[first.number]:
        return _has_wide_values(first, below, across)
    own, value = across[first.number], [*first.filled, 0][1]
    last = max(first.filled[-1], *(right for _, right in own))
    other = sum(
        row.several
        and not is_total(row.cells[row.filled[0]])
        and bool(more := across[row.number] - own)
        and (not own <= across[row.number] or (value, last) in more)
        for row in below
    )
    return 2 * other >= len(below)


def _has_wide_values(
    first: TableRow, below: Sequence[TableRow], across: Mapping[int, Collection[tuple[int, int]]]
) -> bool:
    """Tell whether most rows are a name and a value merged beyond the second pair of names and values of the first."""
    if len(first.filled) < 2 * _KINDS:
        return False
    wide = sum(
        len(row.filled) == 2
        and any(left <= row.filled[1] and right > first.filled[2] for left, right in across[row.number])
        for row in below
    )
    return 2 * wide > len(below)


def is_dialogue(rows: Sequence[TableRow]) -> bool:
    """Tell whether rows are questions and answers below one another, each named in the column before it.

    >>> cells = ("Q1", "送料は？"), ("A1", "無料です。"), ("Q2", "返品は？"), ("A2", "30日以内です。")
    >>> is_dialogue([TableRow(at, at, row) for at, row in enumerate(cells, 1)])
    True
    """
    columns = rows[0].filled
    if len(columns) != 2 or len(rows) < 2 or any(row.fault or row.filled != columns for row in rows):
        return False
    kinds = [next((kind for kind in _SPEAKERS if kind.fullmatch(row.cells[columns[0]])), None) for row in rows]
    return (
        None not in kinds and len({*kinds}) > 1 and not _COLUMN.fullmatch(normalise_header(rows[0].cells[columns[1]]))
    )


def is_property_list(rows: Sequence[TableRow]) -> bool:
    """Tell whether rows are names beside their values, without a header: dates, addresses and so on in one column.

    >>> cells = ("会社名", "見本"), ("電話", "011-000-0000"), ("設立", "1999年4月1日")
    >>> rows = [TableRow(at, at, row) for at, row in enumerate(cells, 1)]
    >>> is_property_list(rows), is_property_list([TableRow(0, 0, ("項目", "内容")), *rows])
    (True, False)
    """
    if not _FEWEST <= len(rows) <= _MOST or any(row.fault or row.errors for row in rows):
        return False
    columns = rows[0].filled
    if len(columns) != 2 or any(row.filled != columns for row in rows):
        return False
    names, values = ([row.cells[column] for row in rows] for column in columns)
    if len({*names}) < len(names) or _COLUMN.fullmatch(normalise_header(values[0])):
        return False
    kinds = Counter(kind for value in values for kind in _VALUES if kind.fullmatch(value))
    mixed = len(kinds) >= _KINDS and 3 * max(kinds.values()) <= 2 * kinds.total()
    return mixed and not any(kind.fullmatch(name) for name in names for kind in _VALUES)


def is_note(rows: Sequence[TableRow]) -> bool:
    """Tell whether rows are lines of a note: one cell each, and the first is a sentence, which names no column.

    >>> rows = [TableRow(1, 1, ("※金額は税抜です。",)), TableRow(2, 2, ("※送料は別です。",))]
    >>> is_note(rows), is_note([TableRow(0, 0, ("注意事項",)), *rows])
    (True, False)
    """
    columns = rows[0].filled
    if len(columns) != 1 or not 1 < len(rows) <= _MOST or any(row.fault or row.filled != columns for row in rows):
        return False
    return _SENTENCE.search(rows[0].cells[columns[0]]) is not None


def whole_text(rows: Sequence[TableRow], merged: Iterable[MergedRange]) -> str:
    """Return the text of rows that are one document, row by row: a form, a list of properties, a note; else ""."""
    if is_note(rows):
        return "\n".join(row.cells[row.filled[0]] for row in rows)
    if not (is_form(rows, merged) or is_property_list(rows) or is_dialogue(rows)):
        return ""
    return "\n".join(f"| {' | '.join(' '.join(cell.split()) for cell in row.cells if cell)} |" for row in rows)
