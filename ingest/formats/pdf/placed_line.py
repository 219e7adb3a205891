"""Lines of a PDF page with their edges on the paper."""

from __future__ import annotations

from dataclasses import dataclass

from rag.text.superscript import RAISED


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line, its first letter among PDFium's, and its edges in points.

    It is `vertical` if its letters stand below one another, and `after_ruby` if ruby lines are before it: PDFium may
    break a line there, and also behind a raised figure.
    """

    text: str
    start: int
    left: float = 0.0
    bottom: float = 0.0
    right: float = 0.0
    top: float = 0.0
    after_ruby: bool = False
    vertical: bool = False

    @property
    def height(self) -> float:
        """The height in points."""
        return self.top - self.bottom

    @property
    def width(self) -> float:
        """The width in points."""
        return self.right - self.left

    def beside(self, line: PlacedLine) -> bool:
        """Tell whether this line is on the height of another."""
        shared = min(self.top, line.top) - max(self.bottom, line.bottom)
        return shared > 0.5 * min(self.height, line.height) > 0

    def continues(self, line: PlacedLine) -> bool:
        """Tell whether this line continues where `line` ends, apart from what PDFium broke it at."""
        height = min(self.height, line.height)
        if line.text[-1:] in RAISED and self.text.startswith(" "):
            return self.beside(line) and abs(self.left - line.right) <= height / 2
        across = -0.5 * height <= self.left - line.right <= height
        down = -0.5 * height <= line.bottom - self.top <= height and self.left < line.right and line.left < self.right
        return self.after_ruby and height > 0 and ((self.beside(line) and across) or down)
