"""Tables: queues and their rules, cases with hand-overs and notes."""

from .case import Case
from .passing import CaseNote, HandOver
from .queue import Queue, RoutingRule

__all__ = ["Case", "CaseNote", "HandOver", "Queue", "RoutingRule"]
