"""What reception tells the house."""

from datetime import date

from enfilade.core.events import event


@event
class CallRang:
    """A call was announced and nobody has taken it yet."""

    call: int
    number: str


@event
class CallTaken:
    """Somebody at the desk took a contact."""

    call: int
    handled_by: int


@event
class CallEnded:
    """A contact came to its end. outcome: see Call.Outcome."""

    call: int
    outcome: str
    topic: str


@event
class AnswerPublished:
    """A wording is in force from a day on."""

    answer: int
    version: int
    valid_from: date


@event
class QuestionNoted:
    """The book had no answer; asked_count tells how often by now."""

    question: int
    asked_count: int


@event
class MessageTaken:
    """A message slip waits for somebody."""

    message: int
    to_user: int


@event
class MessageRead:
    """The person it was for has read it."""

    message: int
