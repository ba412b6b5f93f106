"""Sample forms: one field of every kind, lines, a command dialog and its rehearsal."""

from typing import Any

from django import forms

from enfilade.core.ui import widgets
from enfilade.core.ui.gallery.cells import NAMES


class SampleForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(help_text="As on the insurance card.")
    patient = forms.IntegerField(
        widget=widgets.RefBox("/_gallery/search/", create_url="/_gallery/dialog/", label_of=lambda pk: NAMES[int(pk) % 8])
    )
    team = forms.Field(widget=widgets.RefBox("/_gallery/search/", multiple=True, label_of=lambda pk: NAMES[int(pk) % 8]), required=False)
    on = forms.DateField(widget=widgets.DateBox)
    at = forms.TimeField(widget=widgets.TimeBox, required=False)
    starts_at = forms.DateTimeField(widget=widgets.InstantBox, required=False)
    duration_min = forms.IntegerField(label="Length", widget=widgets.DurationBox)
    fee = forms.CharField(widget=widgets.AmountBox("EUR"))
    repeats = forms.CharField(widget=widgets.RepeatBox, initial="FREQ=MONTHLY;BYMONTHDAY=-1")
    phone = forms.CharField(widget=widgets.PhoneBox, required=False)
    service = forms.ChoiceField(choices=[("c", "Check-up"), ("f", "Filling"), ("r", "Root canal")])
    channel = forms.ChoiceField(choices=[("call", "Call"), ("visit", "In person"), ("mail", "E-mail")], widget=forms.RadioSelect)
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    consent = forms.BooleanField(label="Consent was signed", required=False, help_text="Kept with the record for ten years.")
    letter = forms.FileField(widget=widgets.FileDrop, required=False)


class LineForm(forms.Form):
    """One line of a document."""

    service = forms.CharField()
    quantity = forms.IntegerField()
    price = forms.CharField(widget=widgets.AmountBox("EUR"))


def lines() -> dict[str, Any]:
    """Return a set of line items."""
    filled = [
        LineForm(prefix=f"lines-{number}", initial={"service": label, "quantity": 1, "price": "45.00"})
        for number, label in enumerate(("Check-up", "X-ray"))
    ]
    return {
        "name": "lines",
        "label": "Services",
        "forms": filled,
        "empty_form": LineForm(prefix="lines-__prefix__"),
        "summed": ["price"],
    }


def form_page() -> dict[str, Any]:
    """Return the context of a form with errors."""
    form = SampleForm(
        {
            "name": "",
            "patient": 2,
            "team": ["1", "3"],
            "fee": "120.50",
            "duration_min": "30",
            "on": "2026-13-01",
            "repeats": "FREQ=MONTHLY;BYMONTHDAY=-1",
            "service": "f",
            "channel": "call",
        }
    )
    return {
        "page": {"title": "Book a visit", "subtitle": "Dentist, chair and assistant are taken together.", "back_url": "/_gallery/list/"},
        "form": form,
        "form_key": "k-1",
        "line_sets": [lines()],
        "can_rehearse": True,
        "submit_label": "Book the visit",
        "refusal": {
            "message": "Chair 2 is taken from 09:30 to 10:00.",
            "hints": [{"label": "10:00", "fill": {"at": "10:00"}}, {"label": "10:30", "fill": {"at": "10:30"}}],
        },
        "form_url": "/_gallery/form/",
    }


class DialogForm(forms.Form):
    """The inputs of a small command."""

    to = forms.IntegerField(label="Hand over to", widget=widgets.RefBox("/_gallery/search/", create_url="/_gallery/dialog/", label_of=str))
    by = forms.DateField(label="Answer by", widget=widgets.DateBox, required=False)
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False, help_text="What they need to know.")


def dialog() -> dict[str, Any]:
    """Return the context of a command dialog."""
    command = {"name": "hand_over_case", "label": "Hand over", "url": "/_gallery/rehearsal/", "subject": "C-2026-0041 Waited too long"}
    return {
        "command": command | {"help": "It stays with you until it is accepted."},
        "form": DialogForm(),
        "form_key": "k-2",
        "can_rehearse": True,
    }


def rehearsal() -> dict[str, Any]:
    """Return the context of a rehearsal."""
    return {
        "preview": {
            "tone": "warn",
            "sentence": "The complaint would be offered to Dr Ruth Amsel.",
            "door": {"outcome": "hold", "by": "the owner", "why": "40.00 € is above the limit of 25.00 €."},
            "changes": [{"label": "Owner", "before": "Mara Vogel", "after": "Dr Ruth Amsel"}],
            "events": ["Dr Ruth Amsel is told at once."],
        }
    }
