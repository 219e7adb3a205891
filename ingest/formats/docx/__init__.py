"""Word documents: their text, numbers of paragraphs, equations and margins."""
