"""Ways to reach a party."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from enfilade.base.party import rules
from enfilade.base.party.formats.addresses import envelope
from enfilade.core.models import Record, company_of_part
from enfilade.core.rows import RowsOf

from .party import Party


class ContactPoint(Record):
    """A telephone number, an e-mail address, a web site ...

    value: as given. normalised: E.164, small letters ... ; equal for two spellings of the same. tail: last figures of a telephone number.
    """

    rows_of = RowsOf(part_of="party")

    class Kind(models.TextChoices):
        PHONE = "phone"
        EMAIL = "email", "E-mail"
        URL = "url", "Web site"
        FAX = "fax"
        IM = "im", "Messenger"
        SOCIAL = "social", "Social network"
        PAGER = "pager"
        OTHER = "other"

    company = company_of_part()
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="contact_points")
    kind = models.TextField(choices=Kind)
    value = models.TextField()
    normalised = models.TextField(blank=True, editable=False)
    tail = models.TextField(blank=True, editable=False)
    label = models.TextField(blank=True, help_text="work, home, mobile ...")
    preferred = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["party", "kind", "value"],
                name="contact_point_once",
                violation_error_message="This party has this contact point already.",
            ),
            models.UniqueConstraint(
                fields=["party", "kind"],
                condition=Q(preferred=True),
                name="contact_point_one_preferred",
                violation_error_message="Only one of a kind is preferred.",
            ),
            models.CheckConstraint(
                condition=~Q(value=""), name="contact_point_not_empty", violation_error_message="Give a number or an address."
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["phone", "email", "url", "fax", "im", "social", "pager", "other"]),
                name="contact_point_kind_known",
                violation_error_message="This kind of contact point is not known.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "normalised"], name="contact_point_lookup"),
            models.Index(fields=["company", "tail"], name="contact_point_tail", condition=~Q(tail="")),
        ]

    def __str__(self) -> str:
        return f"{self.value} ({self.label})" if self.label else self.value

    def get_value_display(self) -> str:
        """A telephone number as people of the country write it, where the list brought the company along; else as it was given."""
        if self.kind not in {self.Kind.PHONE, self.Kind.FAX} or "company" not in self._state.fields_cache:
            return self.value
        return rules.phone_as_read(self.value, self.company.country)


class Address(Record):
    """A postal address. country: ISO 3166-1 alpha-2, or empty where it is not known."""

    rows_of = RowsOf(part_of="party")

    company = company_of_part()
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="addresses")
    label = models.TextField(blank=True, help_text="home, work, billing ...")
    street = models.TextField(blank=True)
    extra = models.TextField("further lines", blank=True)
    postal_code = models.TextField(blank=True)
    city = models.TextField(blank=True)
    region = models.TextField(blank=True)
    country = models.CharField(max_length=2, blank=True)
    preferred = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "addresses"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["party"],
                condition=Q(preferred=True),
                name="address_one_preferred",
                violation_error_message="Only one address is preferred.",
            ),
            models.CheckConstraint(
                condition=Q(country="") | Q(country__regex=r"^[A-Z]{2}$"),
                name="address_country_iso",
                violation_error_message="A country is two capital letters (ISO 3166-1).",
            ),
            models.CheckConstraint(
                condition=~Q(street="", extra="", postal_code="", city="", region="", country=""),
                name="address_not_empty",
                violation_error_message="Give a street, a place or a country.",
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(self.lines())

    def lines(self) -> list[str]:
        """The same whoever asks, for comparing and for audit."""
        return rules.address_lines(self.street, self.extra, self.postal_code, self.city, self.region, self.country)

    def on_envelope(self, home: str, language: str) -> list[str]:
        """The lines of an envelope below the name, as they are written there; see `addresses.envelope`."""
        where = {name: getattr(self, name) for name in ("street", "extra", "postal_code", "city", "region")}
        return envelope(self.country, where, home=home, language=language)
