"""Signatures asked for by link: what is to be signed, who signs in which order, and everything that happened on the way."""

from __future__ import annotations

import base64
import secrets
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.crypto import constant_time_compare, salted_hmac

from enfilade.base.party.models import Party
from enfilade.core.fields import LongTextField
from enfilade.core.models import Record, StoredFile, User
from enfilade.core.rows import RowsOf
from enfilade.core.states import States

from .document import Document
from .matrix import DocumentKind


def new_seed() -> str:
    """What makes a link another one."""
    return secrets.token_urlsafe(24)


class SignatureRequest(Record):
    """A file that one or several people are asked to sign by link: a simple electronic signature (Regulation (EU) 910/2014 art. 3(10)).

    sha256: of the exact bytes that are shown and signed. consent, consent_version: what a signer agrees to, word for word.
    document: what was taken when everybody had signed. evidence: the sealed record as PDF/A-3 with the signed file inside.
    """

    rows_of = RowsOf(own=("asked_by",))

    class State(models.TextChoices):
        OPEN = "open"
        SIGNED = "signed"
        DECLINED = "declined"
        EXPIRED = "expired"
        WITHDRAWN = "withdrawn"

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="signature_requests")
    kind = models.ForeignKey(DocumentKind, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    message = LongTextField(blank=True)
    consent = models.TextField()
    consent_version = models.TextField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    expires_on = models.DateField("last day")
    state = models.TextField(choices=State, default=State.OPEN)
    closed_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="signature_requests")
    evidence = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")

    states = States(
        "state",
        {"withdraw_signature": (("open",), "withdrawn"), "expire_signature": (("open",), "expired")},
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="signature_request_closed_when",
                violation_error_message="What is not open any more was closed at a time.",
            ),
            models.CheckConstraint(
                condition=Q(state="signed", document__isnull=False, evidence__isnull=False) | (~Q(state="signed") & Q(document=None)),
                name="signature_request_has_evidence",
                violation_error_message="What everybody has signed is a document with its evidence.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "expires_on"], name="signature_open", condition=Q(state="open"))]

    def __str__(self) -> str:
        return f"{self.kind} of {self.party}"

    @property
    def fingerprint(self) -> str:
        """The hash in groups of eight, so that people can compare it."""
        return " ".join(self.sha256[i : i + 8] for i in range(0, len(self.sha256), 8))


class Signer(Record):
    """One who is asked to sign, at a place in the order.

    seed: goes into the link with the secret of the house, so that a copy of the database gives no link away.
    address, agent: from where and with which program it was decided, as the request said.
    """

    left_out = ("seed",)
    rows_of = RowsOf(part_of="request")

    class State(models.TextChoices):
        WAITING = "waiting", "Waits for its turn"
        ASKED = "asked"
        SIGNED = "signed"
        DECLINED = "declined"

    request = models.ForeignKey(SignatureRequest, on_delete=models.PROTECT, related_name="signers")
    place = models.PositiveSmallIntegerField()
    name = models.TextField()
    email = models.TextField("e-mail", blank=True)
    seed = models.CharField(max_length=64, default=new_seed, editable=False)
    state = models.TextField(choices=State, default=State.WAITING)
    asked_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    typed_name = models.TextField(blank=True)
    signed_sha256 = models.CharField(max_length=64, blank=True)
    address = models.TextField(blank=True)
    agent = models.TextField(blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["request", "place"], name="signer_place_once", violation_error_message="Two signers can't have the same place."
            ),
            models.CheckConstraint(condition=~Q(name=""), name="signer_named", violation_error_message="A signer has a name."),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "asked"], decided_at=None, typed_name="", signed_sha256="")
                | (Q(state="signed", decided_at__isnull=False, read_at__isnull=False) & ~Q(typed_name="") & ~Q(signed_sha256=""))
                | (Q(state="declined", decided_at__isnull=False, signed_sha256="") & ~Q(reason="")),
                name="signer_decided",
                violation_error_message="Who signs has read it and typed a name; who declines says why.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def token(self) -> str:
        """The part of the link that nobody guesses: 256 bits, and the key in front so that the row is found."""
        mac = salted_hmac("document.signer", f"{self.company_id}:{self.pk}:{self.seed}", algorithm="sha256").digest()
        return f"{self.pk}-{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"

    def opens_with(self, token: str) -> bool:
        """Whether this is the link; takes the same time whatever is wrong with it."""
        return constant_time_compare(self.token.encode(), token.encode("utf-8", "replace"))
