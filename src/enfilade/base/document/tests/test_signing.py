"""Signatures by link: what was read is what is signed, in order, once, by the link alone; the evidence says so."""

import hashlib
import io
import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from pypdf import PdfReader

from enfilade.base.document.commands import ask_signature, sign_by_link, withdraw_signature
from enfilade.base.document.commands.signing import Asked, link_of
from enfilade.base.document.jobs import follow_signatures_of_company
from enfilade.base.document.models import Document, SignatureRequest, Signer
from enfilade.base.message.models import Mail
from enfilade.core import files
from enfilade.core.access import house_context
from enfilade.core.command import run_raw
from enfilade.core.context import NotFound
from enfilade.core.models import Notification
from enfilade.core.scope import scope
from enfilade.core.testing import race

from .desk import Desk, refused, stored

pytestmark = pytest.mark.django_db(transaction=True)
PAPER = b"%PDF-1.7 consent to treatment"


class Signing(Desk):
    """A desk that asks for a signed consent by link."""

    def ask(self, *names: str, **more: Any) -> SignatureRequest:
        """Ask people to sign."""
        file = stored(self.ctx, PAPER, "consent.pdf")
        asked = tuple(Asked(name, more.pop("email", "")) for name in names)
        return ask_signature(self.ctx, party=self.ada, kind=self.consent, file=file, signers=asked, **more)

    def signer(self, place: int = 1) -> Signer:
        """As stored."""
        with scope(self.company.pk):
            return Signer.objects.select_related("company", "request").get(place=place)

    def request(self) -> SignatureRequest:
        """As stored."""
        with scope(self.company.pk):
            return SignatureRequest.objects.select_related("document", "evidence").get()

    def page(self, place: int = 1) -> str:
        """The address of the page of a signer."""
        return link_of(self.signer(place), "")

    def answer(self, place: int = 1, **form: str) -> Any:
        """Read, and send a form from the page, with the token that the page carries."""
        page, client = self.page(place), Client(enforce_csrf_checks=True)
        for sent in ({"answer": "read"}, form):
            token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(page).content.decode())
            got = client.post(page, {"csrfmiddlewaretoken": token[1] if token else "", **sent}, HTTP_USER_AGENT="Lynx/2")
        return got

    def sign(self, place: int = 1, name: str = "Ada Lovelace", **more: str) -> Any:
        """Sign as the page does it."""
        digest = hashlib.sha256(PAPER).hexdigest()
        return self.answer(place, **{"answer": "sign", "typed_name": name, "agreed": "on", "sha256": digest, **more})


@pytest.fixture
def desk() -> Signing:
    """A desk that asks for signatures."""
    return Signing()


def test_two_sign_one_after_the_other(desk: Signing) -> None:
    """The second is asked when the first has signed; then it is a signed document, and the evidence holds every fact and the file."""
    desk.ask("Ada", "Bob", message="Before Monday, please.")
    assert [desk.signer(1).state, desk.signer(2).state] == ["asked", "waiting"]
    page = Client().get(desk.page(1)).content.decode()
    assert "Before Monday, please." in page
    assert 'name="typed_name"' not in page
    assert "does not work" in Client().get(desk.page(2)).content.decode()
    assert desk.sign(1).status_code == 302
    assert desk.missing() == ["consent", "card"]
    assert (desk.sign(2, "Bob Berg").status_code, desk.request().state) == (302, "signed")
    assert desk.missing() == ["card"]
    made = desk.request()
    assert made.document is not None
    assert (made.document.signed, made.document.file_id, made.document.owner_id) == (True, made.file_id, desk.ctx.user.pk)
    with scope(desk.company.pk), files.open_file(made.evidence) as content:
        evidence = PdfReader(io.BytesIO(content.read()))
        said = Notification.objects.filter(user=desk.ctx.user).values_list("text", flat=True)
        assert "Everybody has signed: Consent of Ada" in said
    assert evidence.attachments["consent.pdf"] == [PAPER]
    facts = json.loads(evidence.attachments["evidence.json"][0])
    assert facts["sha256"] == hashlib.sha256(PAPER).hexdigest()
    assert [(s["typed_name"], s["address"], s["agent"]) for s in facts["signers"]] == [
        ("Ada Lovelace", "127.0.0.1", "Lynx/2"),
        ("Bob Berg", "127.0.0.1", "Lynx/2"),
    ]
    text = " ".join(p.extract_text() for p in evidence.pages)
    assert "Ada Lovelace" in text
    assert "art. 3(10)" in text
    assert b"pdfaid:part" in evidence.xmp_metadata.stream.get_data()
    assert "You signed on" in Client().get(desk.page(1)).content.decode()
    assert Client().get(desk.page(1) + "file/").status_code == 404


def test_what_is_not_taken_as_a_signature(desk: Signing) -> None:
    """Unread, without consent or name, other bytes than those that were read, before one's turn; each with a sentence."""
    desk.ask("Ada", "Bob")
    house, signer = house_context(desk.company), desk.signer()
    given = {"signer": signer, "token": signer.token, "typed_name": "Ada", "agreed": True, "sha256": hashlib.sha256(PAPER).hexdigest()}
    refused("not_read", sign_by_link, house, **given)
    assert desk.sign(agreed="").status_code == 409
    assert desk.sign(name=" ").status_code == 409
    wrong = desk.sign(sha256="0" * 64)
    assert (wrong.status_code, "What was read is not what is to be signed" in wrong.content.decode()) == (409, True)
    second = desk.signer(2)
    refused("signature_is_closed", sign_by_link, house, **{**given, "signer": second, "token": second.token})
    assert {desk.signer(1).state, desk.signer(2).state, desk.request().state} == {"asked", "waiting", "open"}


def test_nobody_signs_for_somebody_else(desk: Signing) -> None:
    """Neither by guessing a link, nor by working here: not even who may everything, with the link in her hand."""
    desk.ask("Ada")
    signer = desk.signer()
    forged = desk.page().replace(signer.token, f"{signer.pk}-{'A' * 43}")
    other = Signing()
    other.ask("Ada")
    for address in (forged, desk.page().replace(desk.company.slug, other.company.slug), desk.page().replace(signer.token, "1")):
        assert (Client().get(address).status_code, Client().get(address + "file/").status_code) == (404, 404)
        assert Client().post(address, {"answer": "read"}).status_code == 404
    given = {"signer": signer, "token": signer.token, "typed_name": "Ada", "agreed": True, "sha256": signer.request.sha256}
    with pytest.raises(NotFound):
        sign_by_link(desk.ctx, **given)
    with pytest.raises(NotFound):
        sign_by_link(house_context(desk.company), **{**given, "token": other.signer().token})
    assert Client(enforce_csrf_checks=True).post(desk.page(), {"answer": "read"}).status_code == 403


def test_decline_withdraw_expire(desk: Signing) -> None:
    """Each closes the request, and no link works from then on."""
    desk.ask("Ada", "Bob")
    assert desk.answer(answer="decline", reason="I have questions").status_code == 302
    assert (desk.request().state, desk.request().reason, desk.signer(2).state) == ("declined", "I have questions", "waiting")
    assert "You declined" in Client().get(desk.page()).content.decode()
    for close in ("withdraw", "expire"):
        other = Signing()
        made = other.ask("Ada")
        if close == "withdraw":
            withdraw_signature(other.ctx, request=made, reason="a better text")
        else:
            later = replace(other.ctx, now=other.ctx.now + timedelta(days=15))
            assert follow_signatures_of_company(later) == (1, 0)
            assert follow_signatures_of_company(later) == (0, 0)
        assert other.request().state in {"withdrawn", "expired"}
        assert other.sign().status_code in {403, 409}
        assert other.signer().state == "asked"
        with scope(other.company.pk):
            assert not Document.objects.exists()


def test_links_by_mail_and_reminders(desk: Signing, settings: Any) -> None:
    """To the address of the signer, with the name of the site; again after three days, and no oftener."""
    run_raw(desk.ctx, "message.add_mailbox", {"address": "desk@example.test", "name": "Desk", "preferred": True})
    settings.SITE_URL = ""
    refused("no_site_address", lambda ctx: desk.ask("Ada", email="ada@example.test"), desk.ctx)
    settings.SITE_URL = "https://enfilade.example.test"
    desk.ask("Ada", email="ada@example.test")
    with scope(desk.company.pk):
        mail = Mail.objects.get()
        assert f"https://enfilade.example.test{desk.page()}" in mail.text
    assert follow_signatures_of_company(desk.ctx) == (0, 0)
    later = replace(desk.ctx, now=desk.ctx.now + timedelta(days=3, hours=1))
    assert (follow_signatures_of_company(later), follow_signatures_of_company(later)) == ((0, 1), (0, 0))
    with scope(desk.company.pk):
        assert [m.purpose for m in Mail.objects.order_by("pk")] == ["document.sign", "document.sign_reminder"]


def test_two_windows_sign_once(desk: Signing) -> None:
    """One signature, one document, one evidence."""
    desk.ask("Ada")
    desk.answer(answer="read")
    signer, house = desk.signer(), house_context(desk.company)
    given = {"signer": signer.pk, "token": signer.token, "typed_name": "Ada", "agreed": True, "sha256": signer.request.sha256}
    found = race(3, lambda i: sign_by_link(house.with_key(f"sign:{i}"), **given))
    assert sum(isinstance(one, Signer) for one in found) == 1
    with scope(desk.company.pk):
        assert Document.objects.count() == 1


def test_what_was_signed_stays(desk: Signing) -> None:
    """Whoever writes to the tables."""
    desk.ask("Ada", "Bob")
    attacks = [
        "UPDATE document_signer SET state = 'signed', decided_at = now(), read_at = now(), typed_name = 'x', signed_sha256 = 'y'",
        "UPDATE document_signer SET name = 'Eve'",
        "DELETE FROM document_signer",
        "UPDATE document_signaturerequest SET sha256 = 'x'",
        "UPDATE document_signaturerequest SET consent = 'anything'",
        "UPDATE document_signaturerequest SET state = 'signed', closed_at = now()",
        "DELETE FROM document_signaturerequest",
    ]
    for _ in range(2):
        for attack in attacks:
            with pytest.raises(IntegrityError), scope(desk.company.pk), connection.cursor() as cursor:
                cursor.execute(attack)
        desk.sign(1)
        desk.sign(2, "Bob")
        attacks += [
            "UPDATE document_signer SET typed_name = 'Eve'",
            "UPDATE document_signaturerequest SET evidence_id = file_id",
            "UPDATE document_signaturerequest SET state = 'withdrawn'",
        ]
