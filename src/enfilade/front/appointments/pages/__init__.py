"""Pages of appointments that a resource cannot express: the day, the flow board, one's own day, check-out, and kinder dialogs."""

from . import board, check_out, day, dialogs, my_day, spans

__all__ = ["board", "check_out", "day", "dialogs", "my_day", "spans"]
