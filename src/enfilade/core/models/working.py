"""Tables that the engines of core work with: held commands, counters, files, views, notifications."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from enfilade.core.rows import RowsOf
from enfilade.core.states import States

from .company import User
from .record import Record


class HeldCommand(Record):
    """A command that waits at a door with everything it needs to run.

    inputs: as a program would send them.
    facts: what the rules looked at; shown to who decides.
    release_role: code of the role that may open.
    """

    rows_of = RowsOf(own=("maker",))

    class State(models.TextChoices):
        WAITING = "waiting"
        RELEASED = "released"
        RETURNED = "returned"

    command = models.TextField()
    inputs = models.JSONField()
    facts = models.JSONField(default=dict)
    rule = models.TextField()
    reason = models.TextField()
    release_role = models.TextField()
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    held_at = models.DateTimeField()
    state = models.TextField(choices=State, default=State.WAITING, editable=False)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)
    result = models.TextField(blank=True)

    states = States("state", {"release_held": (("waiting",), "released"), "return_held": (("waiting",), "returned")})

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("maker")),
                name="held_four_eyes",
                violation_error_message="The person who asked can't release it herself.",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_by=None, decided_at=None)
                | (~Q(state="waiting") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="held_decided_by_somebody",
                violation_error_message="A decision at a door has a person and a time.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "state", "-id"], name="held_state")]

    def __str__(self) -> str:
        return self.reason


class Counter(Record):
    """The last number given in a series. Its row is locked last, so numbers have no gaps; `enfilade verify` proves it from the rows."""

    recorded = False

    series = models.TextField()
    value = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "series"], name="counter_series_once", violation_error_message="This number series exists."
            )
        ]

    def __str__(self) -> str:
        return f"{self.series}: {self.value}"


class StoredFile(Record):
    """A file that somebody gave us: its content is kept by hash outside the database, never served as active content."""

    rows_of = RowsOf(own=("stored_by",))

    name = models.TextField()
    media_type = models.TextField()
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    stored_at = models.DateTimeField()
    stored_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=200, blank=True, default="", db_default="", help_text="The Idempotency-Key it was sent with.")

    append_only = True

    class Meta:
        indexes: ClassVar = [models.Index(fields=["company", "sha256"], name="file_sha")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "key"],
                condition=~Q(key=""),
                name="file_key_once",
                violation_error_message="This key was already used for another file.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ErasedFile(Record):
    """That the content of a file was destroyed. The row of the file stays, so that what referred to it can say what became of it."""

    append_only = True
    rows_of = RowsOf(own=("erased_by",))

    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="erasure")
    erased_at = models.DateTimeField()
    erased_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(reason=""), name="erased_file_with_reason", violation_error_message="Say why the content was destroyed."
            )
        ]

    def __str__(self) -> str:
        return str(self.file)


class FileScan(Record):
    """That a file is scanned before anybody may read it: made with the file, where there is a scanner.

    found: the name of what the scanner found. problem: why it could not scan the file; tried_at: when it was asked the last time.
    """

    rows_of = RowsOf(part_of="file")

    class State(models.TextChoices):
        WAITING = "waiting", "Waits for the scanner"
        CLEAN = "clean"
        QUARANTINED = "quarantined", "Locked away"
        RELEASED = "released"
        DESTROYED = "destroyed"

    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="scan")
    state = models.TextField(choices=State, default=State.WAITING)
    asked_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    scanned_at = models.DateTimeField(null=True)
    found = models.TextField(blank=True)
    problem = models.TextField(blank=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    states = States(
        "state",
        {
            "note_scan": (("waiting",), ("waiting", "clean", "quarantined")),
            "release_file": (("waiting", "quarantined"), "released"),
            "destroy_file": (("quarantined",), "destroyed"),
        },
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="waiting", scanned_at=None, found="")
                | Q(state="clean", scanned_at__isnull=False, found="")
                | (Q(state__in=["quarantined", "destroyed"], scanned_at__isnull=False) & ~Q(found=""))
                | Q(state="released"),
                name="file_scan_result",
                violation_error_message="A file waits for the scanner, or was scanned at a time and found clean or not.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "clean", "quarantined"], decided_by=None, decided_at=None, reason="")
                | (Q(state__in=["released", "destroyed"], decided_by__isnull=False, decided_at__isnull=False) & ~Q(reason="")),
                name="file_scan_decided",
                violation_error_message="Whoever releases or destroys a file says why.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["company", "id"], name="file_scan_open", condition=Q(state__in=["waiting", "quarantined"]))
        ]

    def __str__(self) -> str:
        return str(self.file)


class SavedView(Record):
    """A list with its filters, columns and way of looking, kept under a name: for its owner, for people in some roles, or for everybody.

    roles: codes of the roles whose people see it too. shared: the whole company does.
    """

    rows_of = RowsOf(own=("owner",))

    resource = models.TextField()
    name = models.CharField(max_length=80)
    query = models.TextField(blank=True, help_text="The query string of the list.")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    shared = models.BooleanField(default=False)
    roles = ArrayField(models.TextField(), default=list, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "resource", "owner", "name"],
                name="view_name_once",
                violation_error_message="You have a view of this name.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ListChoice(Record):
    """How one person wants a list to open: in a saved view, with columns of her own."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    resource = models.TextField()
    view = models.ForeignKey(SavedView, null=True, on_delete=models.SET_NULL, related_name="+")
    columns = ArrayField(models.TextField(), default=list, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "user", "resource"],
                name="list_choice_once",
                violation_error_message="A person opens a list in one way.",
            )
        ]

    def __str__(self) -> str:
        return self.resource


class Notification(Record):
    """Something one person should know, with a link to the record.

    kind: the module of the record, by which people choose how it reaches them. mailed_at: when it went out by e-mail as well.
    """

    rows_of = RowsOf(own=("user",))

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField()
    ref = models.TextField(blank=True)
    kind = models.TextField(blank=True)
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["company", "user", "-id"], name="notification_user"),
            models.Index(fields=["company", "user", "at"], name="notification_to_mail", condition=Q(read_at=None, mailed_at=None)),
        ]

    def __str__(self) -> str:
        return self.text


class NotificationChoice(Record):
    """How notifications of one kind reach one person beside the page. kind: a module, "" for all that have no choice of their own."""

    class How(models.TextChoices):
        PAGE = "page", "On the page only"
        PUSH = "push", "In your browsers"
        EMAIL = "email", "By e-mail, at once"
        DIGEST = "digest", "By e-mail, once a day"
        PUSH_EMAIL = "push_email", "In your browsers, and by e-mail at once"
        PUSH_DIGEST = "push_digest", "In your browsers, and by e-mail once a day"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.TextField(blank=True)
    how = models.TextField(choices=How)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "user", "kind"],
                name="notification_choice_once",
                violation_error_message="There is one choice for each kind of notification.",
            ),
            models.CheckConstraint(
                condition=Q(how__in=["page", "push", "email", "digest", "push_email", "push_digest"]),
                name="notification_choice_known",
                violation_error_message="A notification is shown on the page, and as chosen in browsers, by e-mail at once or once a day.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "how"], name="notification_choice_mailed", condition=~Q(how="page"))]

    def __str__(self) -> str:
        return f"{self.kind or 'everything else'}: {self.get_how_display().lower()}"
