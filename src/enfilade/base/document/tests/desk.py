"""A company with a small matrix, for the tests of papers."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest

from enfilade.base.document.models import Document, DocumentKind
from enfilade.base.document.queries import missing_documents
from enfilade.base.party.commands import add_person
from enfilade.base.party.models import Party
from enfilade.core import files
from enfilade.core.command import run_raw
from enfilade.core.context import Context, Refusal
from enfilade.core.models import StoredFile
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx


class Desk:
    """A company that wants a signed consent from patients, and an insurance card from everybody once a year."""

    def __init__(self) -> None:
        self.company = make_company()
        self.ctx = make_ctx(self.company, "*")
        self.consent = self.kind("consent", "Consent", signature_needed=True)
        self.card = self.kind("card", "Insurance card", validity_days=365)
        self.require(self.consent, applies_to="patient", blocking=True)
        self.require(self.card)
        self.ada = add_person(self.ctx, name="Ada", role="patient")

    def kind(self, code: str, name: str, **more: Any) -> DocumentKind:
        """A kind of document."""
        return run_raw(self.ctx, "document.add_documentkind", {"code": code, "name": name, **more})

    def require(self, kind: DocumentKind, **more: Any) -> None:
        """A line of the matrix."""
        run_raw(self.ctx, "document.add_requireddocument", {"subject": "visit", "kind": kind.pk, **more})

    def missing(self, party: Party | None = None, on: date | None = None) -> list[str]:
        """Codes of what a party owes."""
        with scope(self.company.pk):
            return [k.code for k in missing_documents(self.ctx, party or self.ada, "visit", on or self.ctx.today)]

    def fresh(self, document: Document) -> Document:
        """As it is stored."""
        with scope(self.company.pk):
            return Document.objects.select_related("file", "kind", "party").get(pk=document.pk)


def refused(code: str, run: Any, ctx: Context, **inputs: Any) -> None:
    """Refused with this code."""
    with pytest.raises(Refusal) as no:
        run(ctx, **inputs)
    assert no.value.code == code


def stored(ctx: Context, content: bytes = b"%PDF-1.7 scan", name: str = "scan.pdf") -> StoredFile:
    """A scan that somebody gave."""
    with scope(ctx.company_id):
        return files.store(ctx, name, io.BytesIO(content))
