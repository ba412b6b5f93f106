"""Pages of reception that no resource expresses: the desk, the day, one's own messages."""

from . import day, desk, messages

__all__ = ["day", "desk", "messages"]
