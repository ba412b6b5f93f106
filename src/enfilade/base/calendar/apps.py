"""Django's name for calendar."""

from django.apps import AppConfig


class CalendarConfig(AppConfig):
    """calendar: bookables, opening hours, closures, bookings."""

    name = "enfilade.base.calendar"
    label = "calendar"
    verbose_name = "Calendar"
    default_auto_field = "django.db.models.BigAutoField"
