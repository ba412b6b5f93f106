"""What appointments write to patients."""

from __future__ import annotations

from enfilade.base.message.purposes import declare_purpose

_SAMPLES = {
    "party": "Ada Lovelace",
    "day": "Monday, 2 November 2026",
    "time": "09:30",
    "service": "Check-up",
    "practitioner": "Dr. Helene Aumann",
    "company": "Lindenhof Dental",
}
_FOOT = "If you cannot come, please tell us in time.\n\nKind regards\n{company}"
_FOOT_DE = "Wenn Sie nicht kommen können, sagen Sie uns bitte rechtzeitig Bescheid.\n\nFreundliche Grüße\n{company}"

CONFIRMATION = declare_purpose(
    "appointments.confirmation",
    "Confirmation of an appointment",
    samples=_SAMPLES,
    texts={
        "en": ("Your appointment on {day}", "Dear {party},\n\nyour appointment is on {day} at {time}: {service}.\n\n" + _FOOT),
        "de": ("Ihr Termin am {day}", "Guten Tag {party},\n\nIhr Termin ist am {day} um {time} Uhr: {service}.\n\n" + _FOOT_DE),
    },
)
REMINDER = declare_purpose(
    "appointments.reminder",
    "Reminder of an appointment",
    samples=_SAMPLES,
    texts={
        "en": ("Tomorrow at {time}: your appointment", "Dear {party},\n\nwe expect you on {day} at {time}: {service}.\n\n" + _FOOT),
        "de": ("Morgen um {time}: Ihr Termin", "Guten Tag {party},\n\nwir erwarten Sie am {day} um {time} Uhr: {service}.\n\n" + _FOOT_DE),
    },
)
