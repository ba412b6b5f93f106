"""Pages of reception that no resource expresses: the desk, the day, one's own messages."""

from . import ask, day, desk, messages

__all__ = ["ask", "day", "desk", "messages"]
