"""Tables as documents: CSV, Excel and JSON Lines."""
