"""Persons and organisations, each once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from enfilade.base.party import rules
from enfilade.core.fields import LongTextField
from enfilade.core.models import Record, StoredFile, User, kept_words
from enfilade.core.rows import RowsOf


class Party(Record):
    """A person or an organisation, whatever it is to the company.

    number: gap-free, for people (P-00001). name: as shown everywhere; made of the parts of a person's name where it was not typed.
    name_key: name without case and accents. search_text: every word under which it is found; kept by the commands.
    uid: the contact's identity in the program it was imported from. extra: what an import brought that has no field: [label, value].
    user: the account with which an employee signs in.
    """

    rows_of = RowsOf(own=("user",))

    class Kind(models.TextChoices):
        PERSON = "person"
        ORGANISATION = "organisation"

    number = models.TextField(editable=False)
    kind = models.TextField(choices=Kind, default=Kind.PERSON)
    name = models.TextField(blank=True, help_text="As it is shown. Left empty, it is made of the given and the family name.")
    given_name = models.TextField(blank=True)
    family_name = models.TextField(blank=True)
    additional_names = models.TextField(blank=True)
    prefix = models.TextField("title", blank=True, help_text="For example Dr.")
    suffix = models.TextField(blank=True)
    organisation_name = models.TextField("employer", blank=True)
    job_title = models.TextField(blank=True)
    birth_on = models.DateField("date of birth", null=True, blank=True)
    language = models.CharField(max_length=8, blank=True, help_text="Language in which to write, for example de.")
    tax_number = models.TextField(blank=True)
    note = LongTextField(blank=True)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="parties")
    photo = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    archived_at = models.DateTimeField("archived", null=True, blank=True, editable=False)
    merged_into = models.ForeignKey("self", null=True, editable=False, on_delete=models.PROTECT, related_name="merged")
    uid = models.TextField(blank=True, editable=False)
    extra = models.JSONField(default=list, blank=True, editable=False)
    name_key = models.TextField(editable=False)
    search_text = models.TextField(editable=False, blank=True)

    stored_names: tuple[str, ...] = ()

    class Meta:
        verbose_name_plural = "parties"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "number"], name="party_number_once", violation_error_message="This number is taken."
            ),
            models.UniqueConstraint(
                fields=["company", "user"],
                condition=Q(merged_into=None),
                name="party_user_once",
                violation_error_message="This account belongs to another party.",
            ),
            models.CheckConstraint(
                condition=~Q(name=""), name="party_named", violation_error_message="Give a name, or a given or family name."
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["person", "organisation"]),
                name="party_kind_known",
                violation_error_message="A party is a person or an organisation.",
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")),
                name="party_not_into_itself",
                violation_error_message="A party can't be merged into itself.",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(archived_at__isnull=False),
                name="party_merged_is_archived",
                violation_error_message="A merged party is archived.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "name"], name="party_by_name"),
            models.Index(fields=["company", "name_key"], name="party_by_name_key"),
            models.Index(fields=["company", "kind", "name"], name="party_by_kind"),
            models.Index(fields=["company", "birth_on"], name="party_by_birth"),
            models.Index(fields=["company", "organisation_name"], name="party_by_employer"),
            models.Index(fields=["company", "language"], name="party_by_language"),
            models.Index(fields=["company", "archived_at"], name="party_by_archive", condition=Q(archived_at__isnull=False)),
            models.Index(fields=["company", "uid"], name="party_by_uid", condition=~Q(uid="")),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def from_db(cls, db: Any, field_names: Any, values: Any, **options: Any) -> Party:
        """Remember the name as it is stored, so that `save` sees what was changed."""
        row = super().from_db(db, field_names, values, **options)
        if {"name", "given_name", "family_name", "additional_names", "language"} <= set(field_names):
            row.stored_names = (row.name, row.given_name, row.additional_names, row.family_name, row.language)
        return row

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **options: Any) -> None:
        """Keep the shown name in step with its parts, and its key with the name."""
        spoken = rules.full_name(self.given_name, self.additional_names, self.family_name, self.language)
        name, *parts = self.stored_names or ("", "", "", "")
        untouched = bool(name) and self.name == name == rules.full_name(*parts)
        self.name = rules.shown_name("" if spoken and untouched else self.name, spoken)
        self.name_key = rules.name_key(self.name)
        if update_fields is not None:
            update_fields = {*update_fields, "name", "name_key"}
        super().save(*args, update_fields=update_fields, **options)

    def _value(self, kind: str) -> str:
        points = [p for p in self.contact_points.all() if p.kind == kind]
        points.sort(key=lambda p: (not p.preferred, p.pk))
        return points[0].value if points else ""

    @cached_property
    def phone(self) -> str:
        """The preferred telephone number; lists annotate it."""
        return self._value("phone")

    def get_phone_display(self) -> str:
        """The number as people of the company's country write it, where the list brought the company along."""
        return rules.phone_as_read(self.phone, self.company.country) if "company" in self._state.fields_cache else self.phone

    @cached_property
    def email(self) -> str:
        """The preferred e-mail address; lists annotate it."""
        return self._value("email")

    @cached_property
    def roles(self) -> list[str]:
        """What it is to the company, in words; lists annotate it."""
        return sorted(r.role for r in self.party_roles.all())

    @property
    def is_archived(self) -> bool:
        """Whether it is no longer offered for new work."""
        return self.archived_at is not None


PartyWord = kept_words(Party, sorts="name")
