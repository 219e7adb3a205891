"""Answers judged by people: drawn, written to a workbook, read back, and used to correct a report."""
