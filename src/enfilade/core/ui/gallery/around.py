"""Sample pages around the records: import, report, signing in, and when something is wrong."""

from typing import Any

from django import forms

from enfilade.core.ui import widgets
from enfilade.core.ui.gallery.cells import NOW, money, text


def import_page() -> dict[str, Any]:
    """Return the context of an import at its preview."""
    problems = [
        {"line": 4, "field": "phone", "sentence": "12 is not a telephone number.", "refused": True},
        {"line": 9, "field": "", "sentence": "There is another person with this name and birthday.", "refused": False},
    ]
    result = {"created": 212, "changed": 8, "refused": 1, "problems": problems, "labels": ["Ada Lindqvist", "Jonas Weber"]}
    file = {"pk": 7, "name": "contacts.csv"}
    return {
        "page": {
            "title": "Import people",
            "step": "preview",
            "url": "/_gallery/import/",
            "back_url": "/_gallery/list/",
            "result": result,
            "file": file,
        }
    }


def upload_page() -> dict[str, Any]:
    """Return the context of an import at its beginning."""
    return {
        "page": {
            "title": "Import people",
            "step": "upload",
            "url": "/_gallery/import/",
            "back_url": "/_gallery/list/",
            "formats": "CSV or vCard",
            "error": "Choose a file first.",
        }
    }


def report_page() -> dict[str, Any]:
    """Return the context of a report."""
    columns = [
        {"name": "account", "label": "Account"},
        {"name": "debit_minor", "label": "Debit"},
        {"name": "credit_minor", "label": "Credit"},
    ]
    nothing = money(0) | {"value": None}
    rows = [
        {"cells": [text("Assets"), money(204500), nothing], "emphasis": True},
        {"cells": [text("1000 Cash"), money(84500), nothing], "level": 1},
        {"cells": [text("1400 Receivables"), money(120000), nothing], "level": 1},
        {"cells": [text("8400 Fees"), nothing, money(204500)]},
    ]
    tiles = [
        {"label": "Sum of debits", "value": "€2,045.00"},
        {"label": "Difference", "value": "€0.00", "tone": "ok", "hint": "as it must be"},
    ]
    return {
        "report": {"title": "Trial balance", "summary": "Every account with its balance on one day."},
        "form": ReportForm(initial={"on": NOW.date()}),
        "figures": {"columns": columns, "tiles": tiles, "notes": ["Posted entries only."]},
        "table_rows": rows,
        "total_cells": [text("Total"), money(204500), money(204500)],
        "query": "on=2026-11-02",
    }


class ReportForm(forms.Form):
    """The inputs of a report."""

    on = forms.DateField(widget=widgets.DateBox)


def sign_in_page() -> dict[str, Any]:
    """Return the context of the sign-in page with the demo logins."""
    people = (("Receptionist", "Mara Vogel"), ("Dentist", "Dr Ruth Amsel"), ("Owner", "Paul Lindner"))
    logins = [{"role": role, "name": name, "email": f"{name.split()[-1].lower()}@lindenhof.example"} for role, name in people]
    return {
        "demo_logins": logins,
        "demo_password": "lindenhof",
        "email": "mara@lindenhof.example",
        "error": "This e-mail address and password do not belong together.",
    }


def problem_page() -> dict[str, Any]:
    """Return the context of an error page."""
    return {
        "problem": {
            "status": 404,
            "title": "Not found",
            "text": "There is nothing at this address, or you may not see it.",
            "request_id": "7f3a9c",
        }
    }


def no_company_page() -> dict[str, Any]:
    """Return the context of the page for people without a company."""
    return {"nav": [], "company": None}
