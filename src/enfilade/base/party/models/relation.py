"""What parties are to the company and to each other."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.base.party.rules import RELATIONS, relation_words
from enfilade.core.models import Record
from enfilade.core.rows import RowsOf

from .party import Party


class PartyRole(Record):
    """What a party is to the company: customer, patient, supplier, employee ... The words are those of the kind of company."""

    rows_of = RowsOf(part_of="party")

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="party_roles")
    role = models.TextField()

    class Meta:
        verbose_name = "role"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["party", "role"], name="party_role_once", violation_error_message="This party has this role already."
            ),
            models.CheckConstraint(
                condition=Q(role__regex=r"^[a-z][a-z0-9_]{0,39}$"),
                name="party_role_word",
                violation_error_message="A role is one word in small letters, such as customer.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "role"], name="party_role_lookup")]

    def __str__(self) -> str:
        return self.role.replace("_", " ")


class Relationship(Record):
    """One party is something to another, from a day until a day. It reads from `party` to `other`: parent of, works at ..."""

    rows_of = RowsOf(part_of="party")

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="relationships")
    other = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="relationships_to")
    kind = models.TextField(choices=[(k, words[0].capitalize()) for k, words in RELATIONS.items()])
    from_on = models.DateField("from", null=True, blank=True)
    until_on = models.DateField("until", null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["party", "other", "kind"],
                condition=Q(until_on=None),
                name="relationship_once",
                violation_error_message="This relationship is recorded already.",
            ),
            models.CheckConstraint(
                condition=~Q(party=F("other")),
                name="relationship_of_two",
                violation_error_message="A relationship needs two different parties.",
            ),
            models.CheckConstraint(
                condition=Q(from_on=None) | Q(until_on=None) | Q(until_on__gte=F("from_on")),
                name="relationship_in_order",
                violation_error_message="A relationship ends after it begins.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=list(RELATIONS)),
                name="relationship_kind_known",
                violation_error_message="This kind of relationship is not known.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party} {relation_words(self.kind)} {self.other}"
