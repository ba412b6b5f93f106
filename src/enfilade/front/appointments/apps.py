"""Django's name for appointments."""

from django.apps import AppConfig


class AppointmentsConfig(AppConfig):
    """appointments: services, visits, prescriptions."""

    name = "enfilade.front.appointments"
    label = "appointments"
    verbose_name = "Appointments"
    default_auto_field = "django.db.models.BigAutoField"
