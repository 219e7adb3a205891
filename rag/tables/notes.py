"""Notes above a table: 作成日 beside a date, 担当：田中."""

from __future__ import annotations

import re
from collections.abc import Iterable

_DATE = re.compile(r"(?:\d{4}|(?:令和|平成|昭和)[\d元]{1,2}|\d{1,2})[-/.年月]\d{1,2}[-/.月日].{0,12}")
_COLON = re.compile(r"[^\d:：]{1,20}[:：](?!//).{0,20}")
_AMOUNT = re.compile(r"[-+▲△]?[¥$]?[\d,.]{1,20}(?:円|%)?")


def is_note(row: Iterable[str]) -> bool:
    """Tell whether a row has a date or a name with a colon, and as many other cells: no row of days, none of names.

    >>> is_note(["作成日：", "2024-04-01"]), is_note(["", "4月1日", "4月2日"]), is_note(["氏名：", "部署："])
    (True, False, False)
    """
    cells = [cell for cell in row if cell]
    counts = [sum(kind.fullmatch(cell) is not None for cell in cells) for kind in (_DATE, _COLON)]
    return any(counts) and (len(cells) == 1 or 2 * max(counts) <= len(cells))


def are_amounts(cells: Iterable[str]) -> bool:
    """Tell whether several cells, and all that are filled, are amounts: no telephone numbers, no dates.

    >>> are_amounts(["1,200円", "", "-5"]), are_amounts(["011-000-0000", "2024-04-01"]), are_amounts(["200"])
    (True, False, False)
    """
    filled = [cell for cell in cells if cell]
    return len(filled) > 1 and all(map(_AMOUNT.fullmatch, filled))
