"""Tables of reception."""

from .answers import Answer, AnswerVersion, Audience, UnansweredQuestion
from .calls import Call, Explanation, Interruption, Message
from .facts import CompanyFact, PayRate

__all__ = [
    "Answer",
    "AnswerVersion",
    "Audience",
    "Call",
    "CompanyFact",
    "Explanation",
    "Interruption",
    "Message",
    "PayRate",
    "UnansweredQuestion",
]
