"""Second factors, passkeys, sessions and what happened at the door."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = (Path(__file__).resolve().parent.parent / "sql" / "signin.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0007_departments"),
    ]

    operations = [
        migrations.AddField(
            model_name="role",
            name="second_factor",
            field=models.BooleanField(db_default=False, default=False, help_text="Who holds it signs in with a second factor."),
        ),
        migrations.CreateModel(
            name="TotpDevice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sealed", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("last_step", models.BigIntegerField(default=-1)),
                (
                    "user",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="totp", to=settings.AUTH_USER_MODEL),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Passkey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("credential_id", models.BinaryField(max_length=1023)),
                ("public", models.BinaryField()),
                ("sign_count", models.BigIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="passkeys", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("credential_id",), name="passkey_once", violation_error_message="This passkey is known already."
                    ),
                    models.UniqueConstraint(
                        fields=("user", "name"), name="passkey_name_once", violation_error_message="You have a passkey of this name."
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="passkey_named",
                        violation_error_message="A passkey has a name.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="recovery_codes", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "digest"), name="recovery_code_once", violation_error_message="This recovery code exists already."
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SignIn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=40, null=True)),
                ("method", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
                ("address", models.GenericIPAddressField(null=True)),
                ("agent", models.CharField(blank=True, max_length=300)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="sign_ins", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["user", "ended_at"], name="sign_in_of_user")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("key",), name="sign_in_session_once", violation_error_message="This session exists already."
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("key__isnull", False)),
                            models.Q(("ended_at__isnull", False), ("key", None)),
                            _connector="OR",
                        ),
                        name="sign_in_open_or_ended",
                        violation_error_message="A sign-in has a session until it ends.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ended_at", None), ("ended_at__gte", models.F("made_at")), _connector="OR"),
                        name="sign_in_ends_after_start",
                        violation_error_message="A sign-in ends after it began.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SignInEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("signed_in", "Signed in"),
                            ("refused", "Wrong password"),
                            ("second_refused", "Wrong second factor"),
                            ("signed_out", "Signed out"),
                            ("ended", "Session ended from elsewhere"),
                            ("timed_out", "Session timed out"),
                            ("confirmed", "Confirmed who she is"),
                            ("password_changed", "Password changed"),
                            ("totp_added", "Authenticator app added"),
                            ("totp_removed", "Authenticator app removed"),
                            ("passkey_added", "Passkey added"),
                            ("passkey_renamed", "Passkey renamed"),
                            ("passkey_removed", "Passkey removed"),
                            ("codes_made", "Recovery codes made"),
                            ("factors_reset", "Second factors reset"),
                            ("code_used", "Recovery code used"),
                        ],
                        verbose_name="what",
                    ),
                ),
                ("detail", models.TextField(blank=True)),
                ("address", models.GenericIPAddressField(null=True)),
                ("agent", models.CharField(blank=True, max_length=300, verbose_name="browser")),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sign_in_events",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "sign-in event",
                "indexes": [
                    models.Index(fields=["user", "-id"], name="sign_in_event_user"),
                    models.Index(
                        condition=models.Q(("kind__in", ["refused", "second_refused"])), fields=["user", "at"], name="sign_in_failed_user"
                    ),
                    models.Index(
                        condition=models.Q(("kind__in", ["refused", "second_refused"])),
                        fields=["address", "at"],
                        name="sign_in_failed_place",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Identity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("issuer", models.TextField()),
                ("subject", models.CharField(max_length=255)),
                (
                    "user",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="identities", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "verbose_name_plural": "identities",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("issuer", "subject"),
                        name="identity_once",
                        violation_error_message="This identity belongs to an account already.",
                    ),
                    models.UniqueConstraint(
                        fields=("issuer", "user"),
                        name="identity_one_per_account",
                        violation_error_message="This account has an identity there.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
