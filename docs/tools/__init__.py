"""Generators of the pages that come from the program, and the hooks of the documentation site."""
