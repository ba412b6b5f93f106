"""Pages of visitors that no resource expresses: the house of today, and the roll."""

from . import roll, today

__all__ = ["roll", "today"]
