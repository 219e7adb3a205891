"""Notes above a table: 作成日 beside a date, 担当：田中."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_DATE = re.compile(r"(?:\d{4}|(?:令和|平成|昭和)[\d元]{1,2}|\d{1,2})[-/.年月]\d{1,2}[-/.月日].{0,12}")
_COLON = re.compile(r"[^\d:：]{1,20}[:：](?!//).{0,20}")
_LABEL = re.compile(
    r".{0,6}(?:担当|作成|責任|記入|発行|承認|所属|部署|部門|部課|役職|氏名|会社|連絡先|電話|宛先|版|改訂).{0,4}"
    r"|(?:author|owner|prepared by|approved by|contact|dep(?:artmen)?t\.?|by)",
    re.IGNORECASE,
)
"""What notes begin with; names of columns such as 質問 and 項目 are none of them."""
_AMOUNT = re.compile(r"[-+▲△]?[¥$]?[\d,.]{1,20}(?:円|%)?")
_OF_A_DATE = re.compile(
    r".{0,8}(?:日|日付|日時|更新|作成|発行|改訂|改定|施行|現在|時点|版)"
    r"|(?:last )?(?:[a-z]{0,12}date|dated|updated|created|issued|revised|as of)",
    re.IGNORECASE,
)
"""What stands beside the date of a note; other names beside dates may be those of columns."""


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


def count_notes(rows: Sequence[Sequence[str]], most: int) -> int:
    """Count the notes of one or two cells (作成日, 4月1日) directly above two names and at least two rows of two cells.

    At most so many rows are notes, none of the others; the names have neither number nor date.

    >>> table = ("品名", "単価"), ("鉛筆", "100"), ("定規", "200")
    >>> count_notes([("作成日", "2024-04-01"), *table], 4), count_notes([("売上", "4月1日"), *table], 4)
    (1, 0)
    >>> count_notes([("担当：", "田中"), *table], 4), count_notes([("質問：", "回答"), *table], 4)
    (1, 0)
    """
    filled = [[cell for cell in row if cell] for row in rows]
    count = next((at for at, row in enumerate(rows) if len(filled[at]) > 1 and not is_note(row)), 0)
    if not 0 < count <= most or len(rows) < count + 3:
        return 0
    above, (names, *below) = filled[:count], filled[count:]
    if any(
        len(row) > 1 and _DATE.fullmatch(row[1]) and not _OF_A_DATE.fullmatch(row[0].rstrip(":：")) for row in above
    ):
        return 0
    pairs = [row for row in above if len(row) > 1 and not _DATE.fullmatch(row[1])]
    if not all(_LABEL.fullmatch(row[0].rstrip(":：")) for row in pairs) or _LABEL.fullmatch(names[0].rstrip(":：")):
        return 0
    columns = [at for at, cell in enumerate(rows[count]) if cell]
    as_wide = all([at for at, cell in enumerate(row) if cell][-1:] <= columns[-1:] for row in rows[count:])
    named = len(names) == 2 and not any(re.search(r"[\d０-９。]", name) for name in names)
    several = any(len(row) == 2 for row in above) and 2 * sum(len(row) == 2 for row in below) > len(below)
    return count if named and several and as_wide and not any(map(is_note, below)) else 0
