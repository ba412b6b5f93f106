"""Tables: queues, their rules and who is there to serve them; cases with hand-overs and notes."""

from .case import Case
from .passing import CaseNote, HandOver
from .people import Absence, Skill, SkillHolder, Topic
from .queue import Queue, RoutingRule

__all__ = ["Absence", "Case", "CaseNote", "HandOver", "Queue", "RoutingRule", "Skill", "SkillHolder", "Topic"]
