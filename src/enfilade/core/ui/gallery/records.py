"""Sample records: a list, a record page, forms, an import and the pages around signing in."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.utils.html import format_html

from enfilade.core.ui import widgets

NOW = datetime.now(UTC).replace(second=0, microsecond=0)
NAMES = ("Ada Lindqvist", "Jonas Weber", "Fatima El Amrani", "Grace O’Malley", "Tomáš Novák", "Ines Carvalho", "Li Wei", "Noor Haddad")
STATES = (("Waiting", "warn"), ("In treatment", "info"), ("Done", "ok"), ("No-show", "bad"), ("Booked", "neutral"))


def text(value: Any, **more: Any) -> dict[str, Any]:
    """Return a plain cell."""
    return {"kind": "text", "value": value, **more}


def badge(value: str, tone: str) -> dict[str, Any]:
    """Return a state cell."""
    return {"kind": "badge", "value": value, "tone": tone}


def money(minor: int) -> dict[str, Any]:
    """Return an amount cell in euro."""
    return {"kind": "amount", "value": minor, "currency": "EUR"}


def list_row(number: int) -> dict[str, Any]:
    """Return one visit of the list."""
    name = NAMES[number % len(NAMES)]
    state, tone = STATES[number % len(STATES)]
    return {
        "pk": number,
        "url": "/_gallery/detail/",
        "label": name,
        "cells": [
            {"kind": "person", "value": name},
            {"kind": "datetime", "value": NOW + timedelta(minutes=30 * number - 120)},
            text(("Check-up", "Filling, two surfaces", "Root canal", "Cleaning")[number % 4]),
            {"kind": "ref", "value": ("Dr Ruth Amsel", "Dr Ben Okafor")[number % 2], "url": "/_gallery/detail/"},
            {"kind": "duration", "value": (30, 45, 90)[number % 3]},
            money(4500 + 12350 * (number % 5)),
            badge(state, tone),
            {"kind": "bool", "value": number % 3 == 0},
        ],
    }


def list_filters() -> list[dict[str, Any]]:
    """Return one filter of every kind."""
    states = [{"value": label.lower(), "label": label, "selected": label == "Waiting", "count": 3} for label, _ in STATES]
    return [
        {"name": "state", "label": "State", "kind": "multi", "options": states, "active": True, "text": "Waiting"},
        {"name": "dentist", "label": "Dentist", "kind": "ref", "search_url": "/_gallery/search/", "chosen": [], "active": False},
        {"name": "room", "label": "Chair", "kind": "choice", "options": [{"value": "1", "label": "Chair 1"}, {"value": "2", "label": "Chair 2"}]},
        {"name": "on", "label": "Date", "kind": "range_date"},
        {"name": "fee", "label": "Fee", "kind": "range_amount"},
        {"name": "first", "label": "First visit", "kind": "bool", "value": "", "active": False},
    ]


def list_page() -> dict[str, Any]:
    """Return the context of a full list."""
    columns = (("Patient", "person"), ("When", "datetime"), ("Service", "text"), ("Dentist", "ref"), ("Length", "duration"), ("Fee", "amount"))
    columns += (("State", "badge"), ("Insured", "bool"))
    return {
        "page": {
            "title": "Visits",
            "subtitle": "Everybody who comes to the practice, from the booking to the paid bill.",
            "resource_label": "visit",
            "url": "/_gallery/list/",
            "new_url": "/_gallery/form/",
            "import_url": "/_gallery/import/",
            "export_url": "/_gallery/list/?format=csv",
            "save_view_url": "/_gallery/save-view/",
            "search": {"q": "", "placeholder": "Name, phone or number…"},
            "filters": list_filters(),
            "clear_url": "/_gallery/list/",
            "columns": [
                {"name": label.lower(), "label": label, "kind": kind, "sortable": True, "sorted": "desc" if label == "When" else "", "sort_url": "?sort=x"}
                for label, kind in columns
            ],
            "rows": [list_row(number) for number in range(14)],
            "next_url": "?after=14",
            "prev_url": "",
            "count_hint": "50+ visits",
            "views": [{"label": "All", "url": "?", "active": True}, {"label": "Today", "url": "?", "active": False}, {"label": "Unpaid", "url": "?", "active": False}],
            "empty": {},
            "bulk": [{"name": "remind_visits", "label": "Remind", "url": "/_gallery/dialog/"}, {"name": "cancel_visits", "label": "Cancel", "url": "/_gallery/dialog/"}],
        }
    }


def empty_page() -> dict[str, Any]:
    """Return the context of a list without rows."""
    hint = {"title": "Nothing is held", "text": "When a rule stops a command, it waits here with its reason until somebody who may opens the door.", "icon": "door-open"}
    hint |= {"url": "/_gallery/detail/", "label": "See the rules"}
    return {"page": {"title": "Held commands", "resource_label": "rule", "url": "/_gallery/empty/", "search": {"q": ""}, "rows": [], "columns": [], "empty": hint}}


def flow() -> list[dict[str, Any]]:
    """Return a complaint on its way from the desk to the back and home again."""
    return [
        {"label": "Taken at the desk", "office": "front", "state": "done", "who": "Mara Vogel", "since": NOW - timedelta(hours=5)},
        {"label": "Hand-over offered", "office": "front", "state": "done", "who": "Mara Vogel", "since": NOW - timedelta(hours=4, minutes=50)},
        {"label": "Goodwill discount", "office": "middle", "state": "held", "who": "Waits for the owner", "since": NOW - timedelta(minutes=84),
         "note": "40.00 € is above the desk’s limit of 25.00 €"},
        {"label": "Answered by the clinical lead", "office": "back", "state": "todo", "who": "Dr Ruth Amsel"},
        {"label": "Patient told", "office": "front", "state": "todo"},
    ]  # fmt: skip


def detail_page() -> dict[str, Any]:
    """Return the context of a record page."""
    facts = [
        ("Patient", {"kind": "person", "value": "Ada Lindqvist", "url": "/_gallery/detail/"}),
        ("Phone", text("+49 30 901820")),
        ("Taken", {"kind": "datetime", "value": NOW - timedelta(hours=5)}),
        ("Channel", text("In person")),
        ("Value", money(4000)),
        ("Insured", {"kind": "bool", "value": True}),
        ("Labels", {"kind": "list", "value": ["billing", "waiting time"]}),
        ("Answer by", {"kind": "date", "value": NOW.date() + timedelta(days=2)}),
    ]
    commands = [
        {"name": "accept_case", "label": "Accept", "url": "/_gallery/dialog/", "primary": True, "shortcut": "a", "icon": "check"},
        {"name": "hand_over_case", "label": "Hand over", "url": "/_gallery/dialog/", "primary": True, "tone": "quiet", "shortcut": "h"},
        {"name": "answer_case", "label": "Answer", "url": "/_gallery/dialog/", "icon": "reply"},
        {"name": "cancel_case", "label": "Withdraw", "url": "/_gallery/dialog/", "tone": "bad", "icon": "trash-2"},
    ]
    lines = [
        {"cells": [text("Check-up"), {"kind": "number", "value": 1}, money(4500)], "url": "/_gallery/detail/"},
        {"cells": [text("X-ray, two films"), {"kind": "number", "value": 2}, money(3800)]},
    ]
    wide = {"label": "What happened", "wide": True, "cell": text("She waited fifty minutes after her time and asks for part of the fee back.")}
    return {
        "record": {
            "kind": "Complaint",
            "title": "C-2026-0041 Waited too long",
            "subtitle": "Ada Lindqvist, visit of this morning",
            "badge": badge("Held at the door", "warn"),
            "facts": [{"label": label, "cell": cell} for label, cell in facts] + [wide],
            "commands": commands,
            "edit_url": "/_gallery/form/",
            "flow": flow(),
            "panels": [
                {"id": "charges", "title": "Charges", "icon": "receipt", "count": 2, "new_url": "/_gallery/dialog/",
                 "columns": [{"label": "Service", "kind": "text"}, {"label": "Quantity", "kind": "number"}, {"label": "Amount", "kind": "amount"}], "rows": lines},
                {"title": "Note", "icon": "sticky-note", "html": format_html("<p>{}</p>", "She was friendly; the delay was ours.")},
                {"title": "Messages", "icon": "mail", "empty": "No message was sent yet."},
            ],
            "files": [{"name": "letter.pdf", "url": "#", "size": 83211, "kind": "Letter", "added_at": NOW - timedelta(hours=3), "by": "Mara Vogel"}],
            "files_url": "/_gallery/detail/",
            "timeline_url": "/_gallery/timeline/",
            "notices": [{"tone": "warn", "title": "Held at the door", "text": "The discount is above the limit of the desk. The owner can release it.",
                         "url": "/_gallery/empty/", "label": "See the rule"}],
        }
    }  # fmt: skip


def timeline() -> dict[str, Any]:
    """Return the context of a timeline."""
    changes = [{"label": "Discount", "before": "", "after": "40.00 €"}, {"label": "State", "before": "open", "after": "held"}]
    return {
        "entries": [
            {"who": "Mara Vogel", "sentence": "asked for a goodwill discount; it is held for the owner.", "at": NOW - timedelta(minutes=84), "via": "page", "changes": changes},
            {"who": "Dr Ruth Amsel", "sentence": "accepted the hand-over.", "at": NOW - timedelta(hours=2), "via": "API", "released_by": "Paul Lindner"},
            {"who": "Mara Vogel", "sentence": "took the complaint.", "at": NOW - timedelta(hours=5), "via": "page"},
        ],
        "older_url": "/_gallery/timeline/",
    }


class SampleForm(forms.Form):
    """One field of every kind."""

    name = forms.CharField(help_text="As on the insurance card.")
    patient = forms.IntegerField(widget=widgets.RefBox("/_gallery/search/", create_url="/_gallery/dialog/", label_of=lambda pk: NAMES[int(pk) % 8]))
    team = forms.Field(widget=widgets.RefBox("/_gallery/search/", multiple=True, label_of=lambda pk: NAMES[int(pk) % 8]), required=False)
    on = forms.DateField(widget=widgets.DateBox)
    at = forms.TimeField(widget=widgets.TimeBox, required=False)
    starts_at = forms.DateTimeField(widget=widgets.InstantBox, required=False)
    duration_min = forms.IntegerField(label="Length", widget=widgets.DurationBox)
    fee = forms.CharField(widget=widgets.AmountBox("EUR"))
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
    price = forms.CharField(widget=widgets.AmountBox())


def lines() -> dict[str, Any]:
    """Return a set of line items."""
    filled = [LineForm(prefix=f"lines-{number}", initial={"service": label, "quantity": 1, "price": "45.00"}) for number, label in enumerate(("Check-up", "X-ray"))]
    return {"name": "lines", "label": "Services", "forms": filled, "empty_form": LineForm(prefix="lines-__prefix__"), "total": {"label": "Total", "value": "90.00 €"}}


def form_page() -> dict[str, Any]:
    """Return the context of a form with errors."""
    form = SampleForm({"name": "", "patient": 2, "team": ["1", "3"], "fee": "120.50", "duration_min": "30", "on": "2026-13-01", "service": "f", "channel": "call"})
    return {
        "page": {"title": "Book a visit", "subtitle": "Dentist, chair and assistant are taken together.", "back_url": "/_gallery/list/"},
        "form": form,
        "form_key": "k-1",
        "line_sets": [lines()],
        "can_rehearse": True,
        "submit_label": "Book the visit",
        "refusal": {"message": "Chair 2 is taken from 09:30 to 10:00.", "hints": [{"label": "10:00", "fill": {"at": "10:00"}}, {"label": "10:30", "fill": {"at": "10:30"}}]},
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
    return {"command": command | {"help": "It stays with you until it is accepted."}, "form": DialogForm(), "form_key": "k-2", "can_rehearse": True}


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


def import_page() -> dict[str, Any]:
    """Return the context of an import at its preview."""
    problems = [
        {"line": 4, "field": "phone", "sentence": "12 is not a telephone number.", "refused": True},
        {"line": 9, "field": "", "sentence": "There is another person with this name and birthday.", "refused": False},
    ]
    result = {"created": 212, "changed": 8, "refused": 1, "problems": problems, "labels": ["Ada Lindqvist", "Jonas Weber"]}
    file = {"pk": 7, "name": "contacts.csv"}
    return {"page": {"title": "Import people", "step": "preview", "url": "/_gallery/import/", "back_url": "/_gallery/list/", "result": result, "file": file}}


def upload_page() -> dict[str, Any]:
    """Return the context of an import at its beginning."""
    return {"page": {"title": "Import people", "step": "upload", "url": "/_gallery/import/", "back_url": "/_gallery/list/", "formats": "CSV or vCard", "error": "Choose a file first."}}


def report_page() -> dict[str, Any]:
    """Return the context of a report."""
    columns = [{"name": "account", "label": "Account"}, {"name": "debit", "label": "Debit", "kind": "amount", "currency": "EUR"}]
    columns += [{"name": "credit", "label": "Credit", "kind": "amount", "currency": "EUR"}]
    rows = [{"account": "1000 Cash", "debit": 84500}, {"account": "1400 Receivables", "debit": 120000}, {"account": "8400 Fees", "credit": 204500}]
    tiles = [{"label": "Sum of debits", "value": "€2,045.00"}, {"label": "Difference", "value": "€0.00", "tone": "ok", "hint": "as it must be"}]
    totals = {"account": "Total", "debit": 204500, "credit": 204500}
    report = {"title": "Trial balance", "summary": "Every account with its balance on one day."}
    return {"report": report, "form": ReportForm(initial={"on": NOW.date()}), "figures": {"columns": columns, "rows": rows, "totals": totals, "tiles": tiles}}


class ReportForm(forms.Form):
    """The inputs of a report."""

    on = forms.DateField(widget=widgets.DateBox)


def sign_in_page() -> dict[str, Any]:
    """Return the context of the sign-in page with the demo logins."""
    people = (("Receptionist", "Mara Vogel"), ("Dentist", "Dr Ruth Amsel"), ("Owner", "Paul Lindner"))
    logins = [{"role": role, "name": name, "email": f"{name.split()[-1].lower()}@lindenhof.example"} for role, name in people]
    return {"demo_logins": logins, "demo_password": "lindenhof", "email": "mara@lindenhof.example", "error": "This e-mail address and password do not belong together."}


def problem_page() -> dict[str, Any]:
    """Return the context of an error page."""
    return {"problem": {"status": 404, "title": "Not found", "text": "There is nothing at this address, or you may not see it.", "request_id": "7f3a9c"}}


def no_company_page() -> dict[str, Any]:
    """Return the context of the page for people without a company."""
    return {"nav": [], "company": None}
