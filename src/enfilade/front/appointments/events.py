"""What happened to visits and prescriptions. Instants are ISO 8601 in UTC."""

from __future__ import annotations

from enfilade.core.events import event


@event
class VisitBooked:
    """A time was promised to a patient."""

    visit_id: int
    party_id: int
    service_code: str
    starts_at: str


@event
class VisitMoved:
    """The time of a visit changed."""

    visit_id: int
    party_id: int
    from_at: str
    starts_at: str


@event
class VisitCancelled:
    """A visit will not take place; its time is free again."""

    visit_id: int
    party_id: int
    starts_at: str
    reason: str


@event
class VisitArrived:
    """The patient is here and has handed in what was needed."""

    visit_id: int
    party_id: int
    arrived_at: str


@event
class VisitCalledIn:
    """The patient was called to the chair."""

    visit_id: int
    party_id: int
    waited_min: int


@event
class TreatmentFinished:
    """The work is done; what it costs is noted. charges: primary keys of the charges."""

    visit_id: int
    party_id: int
    charges: tuple[int, ...]


@event
class VisitCheckedOut:
    """The patient has left. invoice_id is 0 where the fee was waived."""

    visit_id: int
    party_id: int
    invoice_id: int


@event
class VisitMissed:
    """The patient did not come."""

    visit_id: int
    party_id: int


@event
class PrescriptionSent:
    """A prescription went to a pharmacy."""

    prescription_id: int
    visit_id: int
    party_id: int
    pharmacy_id: int


@event
class PrescriptionConfirmed:
    """The pharmacy has it."""

    prescription_id: int
    pharmacy_id: int
