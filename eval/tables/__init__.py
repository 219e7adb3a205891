"""CSV and Excel, read and written in one place."""
