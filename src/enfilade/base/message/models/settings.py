"""What the company decides about its mail: addresses of its own, words, and whom it leaves alone."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from enfilade.base.work.models import Queue
from enfilade.core.fields import LongTextField
from enfilade.core.models import Record


class Mailbox(Record):
    """An address from which the company writes, and at which it is written to where it has a server to fetch from or a web hook.

    becomes: what a new mail opens. queue: where its case goes; without one the routing rules decide by topic.
    sealed_password, sealed_hook: secrets that the house uses (see core.sealed).
    seen_validity, seen_uid: up to where the folder was read (RFC 3501 2.3.1.1). problem: why the last reading failed.
    """

    class Becomes(models.TextChoices):
        CASE = "case", "A case"
        NOTHING = "nothing", "Nothing, it is only kept"

    class Security(models.TextChoices):
        TLS = "tls", "TLS"
        STARTTLS = "starttls", "STARTTLS"
        NONE = "none", "None (own network only)"

    address = models.EmailField(max_length=254, help_text="For example office@company.example.")
    name = models.CharField(max_length=120, help_text="The sender as people read it.")
    preferred = models.BooleanField(default=False, help_text="Used where nobody chooses one.")
    active = models.BooleanField(default=True)
    becomes = models.TextField("a new mail becomes", choices=Becomes, default=Becomes.CASE)
    topic = models.CharField(max_length=60, blank=True, default="mail", help_text="A word that the routing rules know.")
    queue = models.ForeignKey(
        Queue, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Empty: as the routing rules say."
    )
    imap_host = models.CharField("IMAP server", max_length=200, blank=True, help_text="Empty: nothing is fetched.")
    imap_port = models.PositiveIntegerField("IMAP port", default=993)
    imap_security = models.TextField("security", choices=Security, default=Security.TLS)
    imap_user = models.CharField("user name there", max_length=200, blank=True)
    imap_folder = models.CharField("folder", max_length=200, default="INBOX")
    sealed_password = models.TextField(blank=True, editable=False)
    sealed_hook = models.TextField(blank=True, editable=False)
    seen_validity = models.BigIntegerField(default=0, editable=False)
    seen_uid = models.BigIntegerField(default=0, editable=False)
    fetched_at = models.DateTimeField("last fetched", null=True, editable=False)
    problem = models.TextField(blank=True, editable=False)

    class Meta:
        verbose_name_plural = "mailboxes"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(becomes__in=["case", "nothing"])
                & Q(imap_security__in=["tls", "starttls", "none"])
                & Q(imap_port__gte=1, imap_port__lte=65535),
                name="mailbox_words",
                violation_error_message="This use, this security or this port of a mailbox is not known.",
            ),
            models.UniqueConstraint(
                Lower("address"), "company", name="mailbox_once", violation_error_message="This mailbox is known already."
            ),
            models.UniqueConstraint(
                fields=["company"],
                condition=Q(preferred=True),
                name="mailbox_one_preferred",
                violation_error_message="Only one mailbox is preferred.",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & Q(address__regex=r"^[^@\s]+@[^@\s]+$"),
                name="mailbox_named",
                violation_error_message="A mailbox has an address and a name.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>"

    @property
    def domain(self) -> str:
        """What stands behind the at sign."""
        return self.address.rpartition("@")[2].lower()


class MessageTemplate(Record):
    """The company's own words for a purpose in one language. Placeholders are names in braces: {party}."""

    purpose = models.TextField(help_text="What it is for, for example billing.invoice.")
    language = models.CharField(max_length=2, default="en", help_text="Two letters, for example de.")
    subject = models.CharField(max_length=200)
    text = LongTextField(help_text="Placeholders are names in braces, for example {party}.")
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = "template"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "purpose", "language"],
                condition=Q(active=True),
                name="template_once",
                violation_error_message="There is a template for this purpose and language.",
            ),
            models.CheckConstraint(
                condition=~Q(subject="") & ~Q(text="") & Q(language__regex=r"^[a-z]{2}$"),
                name="template_complete",
                violation_error_message="A template has a subject, a text and a language of two small letters.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} ({self.language})"


class Block(Record):
    """An address to which the company does not write: it bounced, or its owner asked for it. It survives the party.

    scope: automatic stops what the house sends by itself, such as reminders; all stops everything.
    """

    class Scope(models.TextChoices):
        ALL = "all", "Everything"
        AUTOMATIC = "automatic", "What is sent automatically"

    class Cause(models.TextChoices):
        ASKED = "asked", "Asked for"
        BOUNCED = "bounced", "Came back"

    address = models.TextField()
    scope = models.TextField(choices=Scope)
    cause = models.TextField(choices=Cause, default=Cause.ASKED)
    since_at = models.DateTimeField("since")
    note = models.TextField(blank=True)

    class Meta:
        verbose_name = "blocked address"
        verbose_name_plural = "blocked addresses"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "address", "scope"], name="block_once", violation_error_message="This address is blocked already."
            ),
            models.CheckConstraint(
                condition=Q(address=Lower("address")) & ~Q(address=""),
                name="block_lower",
                violation_error_message="A blocked address is kept in small letters.",
            ),
            models.CheckConstraint(
                condition=Q(scope__in=["all", "automatic"]) & Q(cause__in=["asked", "bounced"]),
                name="block_words",
                violation_error_message="This scope or cause is not known.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address} ({self.get_scope_display().lower()})"
