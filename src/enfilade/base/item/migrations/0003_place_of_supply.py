"""Where the law taxes an item."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0020_waiting_rows"),
        ("item", "0002_prices"),
    ]

    operations = [
        migrations.AddField(
            model_name="item",
            name="place",
            field=models.TextField(
                choices=[
                    ("usual", "As goods or services usually are"),
                    ("digital", "Electronic service, telecommunication, broadcasting"),
                    ("on_site", "Where it is done: buildings, events, meals, hire"),
                    ("reverse", "Owed by businesses here: domestic reverse charge"),
                ],
                db_default="usual",
                default="usual",
                verbose_name="place of supply",
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(("place__in", ["usual", "digital", "on_site", "reverse"])),
                name="item_place_known",
                violation_error_message="This place of supply is not known.",
            ),
        ),
    ]
