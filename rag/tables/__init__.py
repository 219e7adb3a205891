"""CSV and Excel tables: the one reader, the one writer, and safe cells."""
