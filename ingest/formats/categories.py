"""Columns of categories (分類, 部署) that are filled in the first row of a group only, as people write tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
_TOTAL: Final = re.compile(r"(?:総?合?計|総額|全体|平均|(?:grand )?total|average|sum|all)", re.IGNORECASE)
_LONGEST: Final = 100
"""Letters of a cell that are written again."""
_NUMBERS: Final = frozenset({"no", "番号", "#", "項番", "通番", "連番", "id", "№"})


def is_total(cell: str) -> bool:
    """Tell whether a cell is the name of a row of totals, which belongs to no group."""
    return _TOTAL.fullmatch(cell.strip()) is not None


class Categories:
    """Writes the category of a group into all its rows, given the rows of a table in their order.

    Columns of categories are the first ones of a table, perhaps behind a running number, and are named as such: what is
    blank below a name, a note or a mark is not known to be the same. A row in which one of them is filled begins a
    group, and none that are to its right go on. Marks for the cell above (〃) are replaced in every column.
    """

    def __init__(self, header: Sequence[str]) -> None:
        names = [re.sub(r"[(（].{0,20}?[)）]", "", normalise(name)).replace(" ", "").rstrip(".") for name in header]
        first = 1 if names and names[0] in _NUMBERS else 0
        last = next((at for at in range(first, len(names)) if not _CATEGORY.fullmatch(names[at])), len(names))
        self._columns = range(first, min(last, len(names) - 1))
        self._above: dict[int, str] = {}
        self._repeated: set[int] = set()  # columns that are filled again within a group: a blank cell is blank
        self._before: Sequence[str] = ()

    def fill(self, row: Sequence[str]) -> Sequence[str]:
        """Return the cells of the next row: itself where nothing is to be filled."""
        if not self._columns and _DITTO.isdisjoint(row):
            self._before = row
            return row
        cells = [self._before[at] if cell in _DITTO and at < len(self._before) else cell for at, cell in enumerate(row)]
        self._before = cells
        label = next((cell for cell in cells if cell), "")
        begun = is_total(label) or not any(cells[self._columns.stop :])
        for column in self._columns[: len(cells)]:
            cell = cells[column]
            if cell and cell == self._above.get(column):
                self._repeated.add(column)
            if cell:
                begun = True
                self._above = {at: above for at, above in self._above.items() if at < column}
                self._above[column] = cell if len(cell) <= _LONGEST else ""
            elif not begun and column not in self._repeated:
                cells[column] = self._above.get(column, "")
        return cells
