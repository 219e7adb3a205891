"""Tables to be written: one list of typed columns, from which every form of output is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from rag.messages import Message, translated
from rag.records import Language
from rag.tables.files import Row, csv_bytes

if TYPE_CHECKING:
    import pandas as pd

R = TypeVar("R")
SHARE: Final = "0.0%"
CHANGE: Final = "+0.0%;-0.0%;0.0%"
P_VALUE: Final = '[<0.0001]"< 0.0001";0.0000'


class Medium(IntEnum):
    """The media of a table, the narrowest first; a column is shown on its own and on all after it."""

    TERMINAL = 0
    PAGE = 1
    FILES = 2


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """A column: its title in both languages, the value of a record of type R, and how it is shown.

    `width` is in digits, `number_format` in Excel's notation. A `tinted` column colours cells that hold a verdict; one
    that is not `printed` is left out on paper. `words` gives the reader's word for a stored value; CSV and DataFrames
    keep the value. A workbook offers `choices`, and takes nothing else.
    """

    title: str
    value: Callable[[R], str | int | float | None]
    width: float = 10.5
    number_format: str = "General"
    tinted: bool = False
    printed: bool = True
    japanese: str = ""
    medium: Medium = Medium.FILES
    words: Callable[[str, Language], str] | None = None
    choices: tuple[str, ...] = ()

    def name(self, language: Language) -> str:
        """Return the title in the reader's language."""
        return self.japanese or self.title if language == "ja" else self.title

    def displayed(self, record: R, language: Language) -> str | int | float | None:
        """Return the value, a stored name or a message in the reader's words."""
        value = self.value(record)
        if isinstance(value, Message):
            return translated(value, language)
        return self.words(value, language) if self.words and isinstance(value, str) else value

    def text(self, record: R, language: Language) -> str:
        """Return the value as Excel would show it; "-" for none."""
        value = self.displayed(record, language)
        return "-" if value is None else value if isinstance(value, str) else formatted(value, self.number_format)


@dataclass(frozen=True, slots=True)
class OutputTable(Generic[R]):
    """Records under typed columns, a row each."""

    title: str
    columns: Sequence[Column[R]]
    records: Sequence[R]

    @property
    def header(self) -> tuple[str, ...]:
        """The titles of the columns."""
        return tuple(column.title for column in self.columns)

    def on(self, medium: Medium) -> OutputTable[R]:
        """Return the table with the columns that this medium shows."""
        return replace(self, columns=[column for column in self.columns if column.medium <= medium])

    def without(self, *titles: str) -> OutputTable[R]:
        """Return the table without the columns of these titles."""
        return replace(self, columns=[column for column in self.columns if column.title not in titles])

    @property
    def rows(self) -> list[Row]:
        """The values of all records, without the header."""
        return [tuple(column.value(record) for column in self.columns) for record in self.records]

    def to_csv(self, language: Language = "en") -> bytes:
        """Return the table as CSV in UTF-8 with a byte order mark, which Excel needs to read Japanese.

        The titles are in the language, the values as they are stored.
        """
        return csv_bytes([tuple(column.name(language) for column in self.columns), *self.rows])

    def to_dataframe(self) -> pd.DataFrame:
        """Return the table as a pandas DataFrame, with the English titles and the stored values."""
        import pandas as pd

        return pd.DataFrame(self.rows, columns=list(self.header))


def formatted(value: float, number_format: str) -> str:
    """Return a number as text: 0.36 as "36.0%", 0.09 as "+9.0%", a p of 0 as "< 0.0001"."""
    if number_format in (SHARE, CHANGE):
        text = f"{100 * value:{'+' if number_format == CHANGE else ''}.1f}%"
        return "0.0%" if text in ("+0.0%", "-0.0%") else text
    if number_format == P_VALUE:
        return "< 0.0001" if value < 0.0001 else f"{value:.4f}"
    return f"{value:.{len(number_format) - 2}f}" if number_format.startswith("0.") else str(value)
