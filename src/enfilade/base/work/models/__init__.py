"""Tables: queues, their rules and who is there to serve them; cases with hand-overs and notes; what is promised for them."""

from .case import Case
from .passing import CaseNote, HandOver
from .people import Absence, Skill, SkillHolder, Topic
from .queue import Queue, RoutingRule
from .service import CaseClock, Escalation, EscalationStep, ServiceLevel, Target

__all__ = [
    "Absence",
    "Case",
    "CaseClock",
    "CaseNote",
    "Escalation",
    "EscalationStep",
    "HandOver",
    "Queue",
    "RoutingRule",
    "ServiceLevel",
    "Skill",
    "SkillHolder",
    "Target",
    "Topic",
]
