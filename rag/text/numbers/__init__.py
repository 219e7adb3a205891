"""Numbers, quantities, dates and times in two languages."""
