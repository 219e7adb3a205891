"""One report: computed once, shown as a page, a workbook, tables and on a terminal."""
