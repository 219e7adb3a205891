"""Tables to be written: one list of typed columns, from which a workbook, a CSV file and a DataFrame are made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from rag.errors import SettingsError
from rag.tables.files import Row, csv_bytes

if TYPE_CHECKING:
    import pandas as pd

R = TypeVar("R")
SHARE: Final = "0.0%"
CHANGE: Final = "+0.0%;-0.0%;0.0%"
P_VALUE: Final = '[<0.0001]"< 0.0001";0.0000'


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """A column: its title, the value of a record of type R, and how Excel shows it.

    `width` is in digits, `number_format` in Excel's notation. A `tinted` column colours cells that hold a verdict; one
    that is not `printed` is left out on paper.
    """

    title: str
    value: Callable[[R], str | int | float | None]
    width: float = 10.5
    number_format: str = "General"
    tinted: bool = False
    printed: bool = True


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

    @property
    def rows(self) -> list[Row]:
        """The values of all records, without the header."""
        return [tuple(column.value(record) for column in self.columns) for record in self.records]

    def to_csv(self) -> bytes:
        """Return the table as CSV in UTF-8 with a byte order mark, which Excel needs to read Japanese."""
        return csv_bytes([self.header, *self.rows])

    def to_dataframe(self) -> pd.DataFrame:
        """Return the table as a pandas DataFrame. Raises SettingsError where pandas is not installed."""
        try:
            import pandas as pd
        except ImportError as error:
            raise SettingsError("A DataFrame needs pandas, which is not installed", do="pip install pandas") from error
        return pd.DataFrame(self.rows, columns=list(self.header))
