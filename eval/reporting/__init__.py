"""A report of one run or several: computed once, shown as a page, a workbook, tables and on a terminal."""
