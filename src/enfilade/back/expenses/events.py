"""What happened to expenses. Amounts are minor units of the company's currency."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ClaimSubmitted:
    """Somebody wants to have expenses approved. breaches: how many times the policy is broken in it."""

    claim: int
    person: int
    total_minor: int
    breaches: int


@dataclass(frozen=True)
class ClaimApproved:
    """Somebody else said that the expenses were for the company."""

    claim: int
    person: int
    total_minor: int


@dataclass(frozen=True)
class ClaimRejected:
    """Somebody said no, with a reason; the person may amend and submit it again."""

    claim: int
    person: int
    reason: str


@dataclass(frozen=True)
class ClaimPosted:
    """The expenses are in the ledger. own_minor: what the person is owed; bill: 0 where she is owed nothing."""

    claim: int
    person: int
    total_minor: int
    own_minor: int
    bill: int


@dataclass(frozen=True)
class ClaimTakenBack:
    """What was posted is reversed."""

    claim: int
    person: int
    reason: str


@dataclass(frozen=True)
class ClaimReimbursed:
    """The person has her money back."""

    claim: int
    person: int
    own_minor: int
