import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0017_user_language"),
    ]

    operations = [
        migrations.CreateModel(
            name="PushDevice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=120, verbose_name="browser")),
                ("endpoint", models.TextField(editable=False)),
                ("p256dh", models.CharField(editable=False, max_length=87)),
                ("sealed_auth", models.TextField(editable=False)),
                ("discreet", models.BooleanField(default=False, verbose_name="says only that there is news")),
                ("slot", models.PositiveSmallIntegerField(editable=False, verbose_name="place")),
                ("made_at", models.DateTimeField(editable=False, verbose_name="switched on")),
                ("last_used_at", models.DateTimeField(editable=False, null=True, verbose_name="last reached")),
                ("status", models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="HTTP status")),
                ("answer", models.TextField(blank=True, editable=False, verbose_name="last answer")),
                ("failing_since", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "browser",
            },
        ),
        migrations.RemoveConstraint(
            model_name="notificationchoice",
            name="notification_choice_known",
        ),
        migrations.AddField(
            model_name="signin",
            name="closed",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name="notificationchoice",
            name="how",
            field=models.TextField(
                choices=[
                    ("page", "On the page only"),
                    ("push", "In your browsers"),
                    ("email", "By e-mail, at once"),
                    ("digest", "By e-mail, once a day"),
                    ("push_email", "In your browsers, and by e-mail at once"),
                    ("push_digest", "In your browsers, and by e-mail once a day"),
                ]
            ),
        ),
        AddConstraintNotValid(
            model_name="notificationchoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("how__in", ["page", "push", "email", "digest", "push_email", "push_digest"])),
                name="notification_choice_known",
                violation_error_message="A notification is shown on the page, and as chosen in browsers, by e-mail at once or once a day.",
            ),
        ),
        ValidateConstraint(model_name="notificationchoice", name="notification_choice_known"),
        migrations.AddField(
            model_name="pushdevice",
            name="company",
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"),
        ),
        migrations.AddField(
            model_name="pushdevice",
            name="sign_in",
            field=models.ForeignKey(
                editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="core.signin"
            ),
        ),
        migrations.AddField(
            model_name="pushdevice",
            name="user",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
        migrations.AddConstraint(
            model_name="pushdevice",
            constraint=models.UniqueConstraint(
                fields=("company", "endpoint"), name="push_device_once", violation_error_message="This browser is switched on already."
            ),
        ),
        migrations.AddConstraint(
            model_name="pushdevice",
            constraint=models.UniqueConstraint(
                fields=("company", "user", "slot"),
                name="push_device_slot_once",
                violation_error_message="Two browsers were switched on at once. Try again.",
            ),
        ),
        migrations.AddConstraint(
            model_name="pushdevice",
            constraint=models.CheckConstraint(
                condition=models.Q(("slot__gte", 1), ("slot__lte", 10)),
                name="push_device_ten_at_most",
                violation_error_message="A person is reached in at most ten browsers.",
            ),
        ),
        migrations.AddConstraint(
            model_name="pushdevice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("endpoint__regex", "^https://[^/]"),
                    ("p256dh__regex", "^[A-Za-z0-9_-]{87}$"),
                    models.Q(("sealed_auth", ""), _negated=True),
                    models.Q(("label", ""), _negated=True),
                ),
                name="push_device_complete",
                violation_error_message="A browser has a name, an address that begins with https:// and its keys.",
            ),
        ),
    ]
