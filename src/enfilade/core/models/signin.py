"""How people prove who they are, where they are signed in, what happened at the door. Rows of a person, not of a company."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import F, Q

from enfilade.core.rows import RowsOf

from .company import User
from .record import Record

if TYPE_CHECKING:
    from enfilade.core.context import Context

ACCESS = "core.manage_access"


class TotpDevice(models.Model):
    """An authenticator app of a person (RFC 6238, 30 s, 6 figures, SHA-1 as every app reads it).

    sealed: the secret, encrypted under the key of the house.
    last_step: the last interval whose code was taken; a code opens once.
    """

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="totp")
    sealed = models.TextField()
    made_at = models.DateTimeField()
    last_step = models.BigIntegerField(default=-1)

    def __str__(self) -> str:
        return f"Authenticator app of {self.user}"


class RecoveryCode(models.Model):
    """A code for the day the telephone is lost; opens once. Only a keyed hash is kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "digest"], name="recovery_code_once", violation_error_message="This recovery code exists already."
            )
        ]

    def __str__(self) -> str:
        return f"Recovery code {self.pk}"


class Passkey(models.Model):
    """A WebAuthn credential of a person.

    public: credential id, public key and maker of the authenticator, as WebAuthn encodes them (attested credential data).
    sign_count: the authenticator's counter where it keeps one; it must rise, or the key was copied.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="passkeys")
    name = models.CharField(max_length=80)
    credential_id = models.BinaryField(max_length=1023)
    public = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["credential_id"], name="passkey_once", violation_error_message="This passkey is known already."
            ),
            models.UniqueConstraint(
                fields=["user", "name"], name="passkey_name_once", violation_error_message="You have a passkey of this name."
            ),
            models.CheckConstraint(condition=~Q(name=""), name="passkey_named", violation_error_message="A passkey has a name."),
        ]

    def __str__(self) -> str:
        return self.name


class Identity(models.Model):
    """Who a person is for a provider of identities (OpenID Connect): its number for her, which never changes."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="identities")
    issuer = models.TextField()
    subject = models.CharField(max_length=255)

    class Meta:
        verbose_name_plural = "identities"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["issuer", "subject"], name="identity_once", violation_error_message="This identity belongs to an account already."
            ),
            models.UniqueConstraint(
                fields=["issuer", "user"], name="identity_one_per_account", violation_error_message="This account has an identity there."
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} at {self.issuer}"


class SignIn(models.Model):
    """One browser in which a person is, or was, signed in.

    key: the session's; it is forgotten when the session ends.
    method: how she proved it (password, password+code, passkey, provider ...).
    last_seen_at: to the minute.
    closed: somebody ended it; one that ended by itself after a while is not.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sign_ins")
    key = models.CharField(max_length=40, null=True)
    method = models.TextField()
    made_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True)
    closed = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key"], name="sign_in_session_once", violation_error_message="This session exists already."),
            models.CheckConstraint(
                condition=Q(key__isnull=False, ended_at=None) | Q(key=None, ended_at__isnull=False),
                name="sign_in_open_or_ended",
                violation_error_message="A sign-in has a session until it ends.",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("made_at")),
                name="sign_in_ends_after_start",
                violation_error_message="A sign-in ends after it began.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["user", "ended_at"], name="sign_in_of_user")]

    def __str__(self) -> str:
        return f"{self.user} {self.made_at:%Y-%m-%d %H:%M}"


class SignInEventQuerySet(models.QuerySet["SignInEvent"]):
    """What happened to one's own account; to all accounts of the company for who manages access."""

    def visible_to(self, ctx: Context) -> Self:
        """Events of the people of the caller's company, her own only unless she manages access."""
        rows = self.filter(user__memberships__company_id=ctx.company_id)
        return rows if ctx.may(ACCESS) else rows.filter(user=ctx.user)


class SignInEvent(models.Model):
    """Something that concerned signing in; never changed or deleted (trigger).

    user: None when nobody has the address that was typed; what was typed is not kept, for it may be a password.
    """

    class Kind(models.TextChoices):
        SIGNED_IN = "signed_in", "Signed in"
        REFUSED = "refused", "Wrong password"
        SECOND_REFUSED = "second_refused", "Wrong second factor"
        SIGNED_OUT = "signed_out", "Signed out"
        ENDED = "ended", "Session ended from elsewhere"
        TIMED_OUT = "timed_out", "Session timed out"
        CONFIRMED = "confirmed", "Confirmed who she is"
        PASSWORD_CHANGED = "password_changed", "Password changed"
        TOTP_ADDED = "totp_added", "Authenticator app added"
        TOTP_REMOVED = "totp_removed", "Authenticator app removed"
        PASSKEY_ADDED = "passkey_added", "Passkey added"
        PASSKEY_RENAMED = "passkey_renamed", "Passkey renamed"
        PASSKEY_REMOVED = "passkey_removed", "Passkey removed"
        CODES_MADE = "codes_made", "Recovery codes made"
        FACTORS_RESET = "factors_reset", "Second factors reset"
        CODE_USED = "code_used", "Recovery code used"
        LINK_ASKED = "link_asked", "Link for a password asked for"
        LINK_MADE = "link_made", "Link for a password made"
        LINK_SENT = "link_sent", "Link for a password mailed"
        MAIL_FAILED = "mail_failed", "Mail about the password not sent"

    at = models.DateTimeField()
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="sign_in_events", verbose_name="person")
    kind = models.TextField(choices=Kind, verbose_name="what")
    detail = models.TextField(blank=True)
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField("browser", max_length=300, blank=True)

    objects = SignInEventQuerySet.as_manager()

    class Meta:
        verbose_name = "sign-in event"
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], name="sign_in_event_user"),
            models.Index(fields=["user", "at"], name="sign_in_failed_user", condition=Q(kind__in=["refused", "second_refused"])),
            models.Index(fields=["address", "at"], name="sign_in_failed_place", condition=Q(kind__in=["refused", "second_refused"])),
            models.Index(fields=["address", "at"], name="sign_in_link_asked", condition=Q(kind="link_asked")),
            models.Index(fields=["user", "at"], name="sign_in_link_sent", condition=Q(kind="link_sent")),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"


class Elevation(Record):
    """A while in which a person holds her privileged roles, and what for.

    until: when it ends by itself, an hour after it began at most. ended_at: when it was ended before.
    Final (by trigger): whose, why and until when never change, and what ended stays ended.
    """

    read_before_scope = True
    rows_of = RowsOf(own=("user",))

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="person")
    reason = models.TextField()
    began_at = models.DateTimeField("began")
    until = models.DateTimeField("until")
    ended_at = models.DateTimeField("ended", null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until__gt=F("began_at")) & Q(until__lte=F("began_at") + timedelta(hours=1)),
                name="elevation_an_hour_at_most",
                violation_error_message="An elevation lasts an hour at most.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="elevation_has_reason", violation_error_message="An elevation has a reason."
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")),
                name="elevation_ends_after_start",
                violation_error_message="An elevation ends after it began.",
            ),
            models.UniqueConstraint(
                fields=["company", "user"],
                condition=Q(ended_at=None),
                name="elevation_one_at_a_time",
                violation_error_message="You are elevated already.",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["company", "-id"], name="elevation_recent")]

    def __str__(self) -> str:
        return f"{self.user}: {self.reason}"
