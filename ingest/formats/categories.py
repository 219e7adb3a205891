"""Columns of categories (分類, 部署) that are filled in the first row of a group only, as people write tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from rag.text.language import normalise

_CATEGORY: Final = re.compile(
    r"(?:.{0,20}?(?:分類|区分|種別|種類|カテゴリー?|グループ|ジャンル|部|課|部署|部門|部局|所属|組織|地域|地方|地区|都道府県|県|市区?町村|エリア|年度|年|月|"
    r"項目|工程|曜日|時期|季節|期|フロア|店|店舗|支店|支社|会社|メーカー|ブランド|科目|教科|学年|クラス|施設|会場|路線|系統|大学|学部|学科|分野|領域|テーマ|"
    r"シリーズ|機種|チーム)|社|国|市|係|編|章|節|階|組|日付)名?"
    r"|(?:[a-z]{1,20} ?)??(?:category|group|section|department|dept|division|type|kind|class|region|area|country|"
    r"prefecture|city|state|chapter|part|year|month|date|weekday|floor|shop|store|branch|company|maker|manufacturer|"
    r"brand|subject|grade|genre|topic|field|team|series|phase)"
)
_DITTO: Final = frozenset({"〃", "々", "″", "同上", "仝"})
"""Marks for the text of the cell above."""
_TOTALS: Final = r"総?合計|[総小中累]計|総額"
_TOTAL: Final = re.compile(
    rf"(?:計|全体|all)|(?:{_TOTALS}|(?:total|average|sum)(?![a-z])).{{0,100}}|.{{0,100}}(?:{_TOTALS}|平均|(?<![a-z])(?:total|average|sum))"
)
_PART: Final = re.compile("小計|sub")
_BRACKETED: Final = re.compile(r"(?<=.)[(\[【〔][^()\[\]【】〔〕]{0,30}[)\]】〕]$")
_SIGNS: Final = "【】〔〕[]()<>《》〈〉「」■◆●▼*※:=-~ "
_OTHERS: Final = {"月": "火", "国": "数", "社": "数"}
"""Names that are no categories beside another one: weekdays and subjects of a school."""
_LONGEST: Final = 100
"""Letters of a cell that are written again."""
_FEWEST: Final = 2
"""Groups of several rows by which a column is known to be written by groups."""
AHEAD: Final = 200
"""Rows by which a reader of a long table shows how its columns are written."""
NUMBERS: Final = frozenset({"no", "番号", "#", "項番", "通番", "連番", "id", "№"})
"""Names of columns that number the rows."""


def is_total(cell: str) -> bool:
    """Tell whether a cell is the name of a row of totals, which belongs to no group.

    >>> [is_total(cell) for cell in ("合計（税込）", "Total:", "平均", "【総計】", "会計", "Summer", "平均台")]
    [True, True, True, True, False, False, False]
    """
    text = normalise(cell[:_LONGEST]).strip()
    return any(_TOTAL.fullmatch(part.strip(_SIGNS)) for part in (text, _BRACKETED.sub("", text)))


class Categories:
    """Writes the category of a group into all its rows, given the rows of a table in their order.

    Columns of categories are the first ones of a table, perhaps behind a running number, and are named as such: what is
    blank below a name, a note or a mark is not known to be the same. The first `rows` below the header must show that a
    column is written by groups: see `_by_groups`. A row in which one of them is filled begins a group, and none that
    are to its right go on; nothing is known of the rows below one of totals. Marks for the cell above (〃) are replaced
    in every column.
    """

    def __init__(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        names = [re.sub(r"[(（].{0,20}?[)）]", "", normalise(name)).replace(" ", "").rstrip(".") for name in header]
        first = 1 if names and names[0] in NUMBERS else 0
        last = next((at for at in range(first, len(names)) if not _is_category(names, at)), len(names))
        self._columns = range(first, min(last, len(names) - 1))
        self._grouped: set[int] = set()
        for column in self._columns:
            if self._by_groups(column, rows):
                self._grouped.add(column)
            elif not all(column < len(row) and row[column] for row in rows):
                break  # what is blank there may be another group of the columns to the right
        self._above: dict[int, str] = {}
        self._before: Sequence[str] = ()
        self._awaited: set[int] = set()  # columns of which one must be filled before anything is filled in again

    def fill(self, row: Sequence[str]) -> Sequence[str]:
        """Return the cells of the next row: itself where nothing is to be filled."""
        if not self._grouped and _DITTO.isdisjoint(row):
            self._before = row
            return row
        cells = [self._before[at] if cell in _DITTO and at < len(self._before) else cell for at, cell in enumerate(row)]
        self._before = cells
        if self._is_total(cells, self._above.values()):
            self.end(cells)
            return cells
        begun = not any(cells[self._columns.stop :])
        if any(cells[column] for column in self._awaited if column < len(cells)):
            self._awaited = set()
        for column in self._columns[: len(cells)]:
            cell = cells[column]
            if cell and cell == self._above.get(column):
                self._grouped.discard(column)  # filled again within a group: a blank cell is blank
            if cell:
                begun = True
                self._above = {at: above for at, above in self._above.items() if at < column}
                self._above[column] = cell if len(cell) <= _LONGEST else ""
            elif not (begun or self._awaited) and column in self._grouped:
                cells[column] = self._above.get(column, "")
        return cells

    def end(self, row: Sequence[str] = ()) -> None:
        """End the groups, as a row of totals does; one of a part (小計, 大阪計) ends the narrowest only."""
        label = next((cell for cell in row if cell), "計")
        is_part = _PART.match(normalise(label)) or not is_total(label)
        self._awaited = {*self._grouped} if is_part else {*sorted(self._grouped)[:1]}

    def _names(self, row: Sequence[str]) -> list[str]:
        return [*row[self._columns.start : self._columns.stop]]

    def _is_total(self, row: Sequence[str], groups: Iterable[str]) -> bool:
        """Tell whether a row has totals: of all, or of one of the groups (大阪計)."""
        label = next((cell for cell in row if cell), "")
        return is_total(label) or (label.endswith("計") and label[:-1].strip() in groups)

    def _by_groups(self, column: int, rows: Iterable[Sequence[str]]) -> bool:
        """Tell whether only the first row of each group is filled in a column, within one group of those at its left.

        No name comes twice, the first row of a table or of a wider group has one, and at least two of them and half of
        them have blank cells below them.
        """
        names: set[str] = set()  # of the wider group
        count = above_blanks = 0
        is_first = is_ended = False
        for row in rows:
            if self._is_total(row, names):
                is_ended = True
                continue
            cell = row[column] if column < len(row) else ""
            is_wider = any(self._names(row)[: column - self._columns.start])
            if is_wider:
                names, is_first = set(), False
            is_ended = is_ended and not (is_wider or cell)
            if cell:
                if cell in names or cell in _DITTO:
                    return False
                names.add(cell)
                count += 1
                is_first = True
            elif any(row[self._columns.stop :]) and not is_ended:
                if not names:
                    return False
                above_blanks += is_first
                is_first = False
        return above_blanks >= _FEWEST and 2 * above_blanks >= count


def _is_category(names: Sequence[str], at: int) -> bool:
    return _CATEGORY.fullmatch(names[at]) is not None and _OTHERS.get(names[at]) not in names
