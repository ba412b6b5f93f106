"""Tables: queues, rules and who is there to serve them; cases with hand-overs, notes, promises and steps; the time they took."""

from .case import Case, CaseWord
from .passing import CaseNote, HandOver
from .people import Absence, Skill, SkillHolder, Topic
from .queue import Queue, RoutingRule
from .service import CaseClock, Escalation, EscalationStep, ServiceLevel, Target
from .steps import CaseStep, CaseTemplate, TemplateStep
from .times import TimeEntry, Timer

__all__ = [
    "Absence",
    "Case",
    "CaseClock",
    "CaseNote",
    "CaseStep",
    "CaseTemplate",
    "CaseWord",
    "Escalation",
    "EscalationStep",
    "HandOver",
    "Queue",
    "RoutingRule",
    "ServiceLevel",
    "Skill",
    "SkillHolder",
    "Target",
    "TemplateStep",
    "TimeEntry",
    "Timer",
    "Topic",
]
