"""The report, computed once: a page, a workbook, tables, and text for a terminal."""
