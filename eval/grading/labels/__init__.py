"""Labels of classification questions."""
