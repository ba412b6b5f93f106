"""What came in: once, in its thread, to who answers it; nothing is believed that anybody can write into a mail."""

import base64
import hashlib
import hmac
import io
import time
from typing import Any

import pytest
from django.test import Client

from enfilade.base.message import commands
from enfilade.base.message.models import Block, Mail
from enfilade.base.party.commands import add_person
from enfilade.base.work.commands import answer_case, close_case, tell_party
from enfilade.base.work.models import Case, CaseNote
from enfilade.core import files
from enfilade.core.command import run_raw
from enfilade.core.context import Refusal
from enfilade.core.scope import scope
from enfilade.core.testing import race

from .mails import bounce, wire
from .post import Post, mail_server

pytestmark = pytest.mark.django_db(transaction=True)


class Desk(Post):
    """The practice answers its mail in a queue."""

    def __init__(self) -> None:
        super().__init__()
        queue = {"code": "office", "name": "Office", "role_code": "owner"}
        self.queue = run_raw(self.ctx, "work.add_queue", queue)
        run_raw(self.ctx, "message.change_mailbox", {"mailbox": self.mailbox.pk, "queue": self.queue.pk})

    def take(self, raw: bytes) -> Mail:
        """A mail as the job takes it."""
        house = self.house()
        with scope(self.company.pk):
            stored = files.store(house, "mail.eml", io.BytesIO(raw))
        return commands.take_mail(house, mailbox=self.mailbox, file=stored)

    def sent(self, **more: Any) -> Mail:
        """A message that was sent."""
        message = self.queued(**more)
        with mail_server():
            self.empty()
        return self.fresh(message)

    def cases(self) -> list[Case]:
        """All cases, oldest first."""
        with scope(self.company.pk):
            return list(Case.objects.select_related("party", "queue", "owner").order_by("pk"))


@pytest.fixture
def desk() -> Desk:
    """A practice that is written to."""
    return Desk()


def test_a_mail_opens_a_case_once(desk: Desk) -> None:
    """In the queue, with the party whose address it is; the same mail again is the same message."""
    message = desk.take(wire("Can I come earlier?"))
    (case,) = desk.cases()
    assert (case.kind, case.title, case.party, str(case.queue), case.state) == ("inquiry", "A question", desk.ada, "Office", "open")
    assert case.description == "Can I come earlier?"
    assert case.origin == f"message.mail:{message.pk}"
    assert desk.take(wire("Can I come earlier?")).pk == message.pk
    assert len(desk.cases()) == 1
    desk.take(wire(message_id=None))
    desk.take(wire(message_id=None))
    assert len(desk.cases()) == 2


def test_eight_readers_of_one_mail_open_one_case(desk: Desk) -> None:
    """The database decides."""
    found = race(8, lambda _: desk.take(wire()))
    assert len(desk.cases()) == 1
    assert all(isinstance(f, Mail) or (isinstance(f, Refusal) and f.code == "message_id_once") for f in found), found


def test_an_unknown_writer_is_named_in_the_case(desk: Desk) -> None:
    """Also where two parties share the address."""
    desk.take(wire(From="Eve <eve@post.example>"))
    add_person(desk.ctx, name="Ada's son", email="ada@post.example")
    desk.take(wire(message_id="<2@x>"))
    assert [(c.party, c.contact_name) for c in desk.cases()] == [(None, "Eve"), (None, "Ada Löwe")]


def test_an_answer_goes_on_with_its_case(desk: Desk) -> None:
    """To whoever has it; a case that was closed is taken up again; the case shows both directions."""
    desk.take(wire())
    (case,) = desk.cases()
    draft = commands.answer_message(desk.ctx, message=_only(desk), text="At nine?")
    commands.send_message(desk.ctx, message=draft)
    with mail_server() as server:
        desk.empty()
    answer_case(desk.ctx, case=case, answer="At nine.")
    tell_party(desk.ctx, case=case, channel="email")
    close_case(desk.ctx, case=case)
    ours = server.taken[0]["Message-ID"]
    desk.take(wire("Nine is fine", subject="Re: A question", message_id="<second@post.example>", in_reply_to=ours, references=ours))
    (again,) = desk.cases()
    assert again.state == "accepted"
    with scope(desk.company.pk):
        assert CaseNote.objects.get(case=again).text == "Taken up again: Ada Löwe wrote again: Re: A question"
    browser = Client()
    browser.force_login(desk.ctx.user, backend="django.contrib.auth.backends.ModelBackend")
    page = browser.get(f"/work/cases/{case.pk}/").content.decode()
    assert page.count('class="row-link" href="/message/messages/') == 3


def _only(desk: Desk) -> Mail:
    with scope(desk.company.pk):
        return Mail.objects.get(direction="in")


def test_an_answer_to_a_bill_opens_a_case_about_the_bill(desk: Desk) -> None:
    """The record that the thread is about, not one that the mail names."""
    message = desk.sent(origin=f"party.party:{desk.ada.pk}")
    desk.take(wire(in_reply_to=message.message_id))
    (case,) = desk.cases()
    assert case.origin == f"party.party:{desk.ada.pk}"


def test_nobody_gets_into_a_thread_of_others(desk: Desk) -> None:
    """S21: a stranger who knows the Message-ID opens a case of his own; a made-up id does too; the subject names nothing."""
    message = desk.sent()
    token = message.thread.token
    forged = [
        wire(From="eve@post.example", message_id="<1@e>", in_reply_to=message.message_id),
        wire(From="eve@post.example", message_id="<2@e>", references=f"<x.{token}@linden.example>"),
        wire(From="eve@post.example", message_id="<3@e>", subject=f"Re: [{token}] work.case:1"),
        wire(message_id="<4@e>", in_reply_to="<1.work.case:1@linden.example>"),
    ]
    threads = {desk.take(raw).thread_id for raw in forged}
    assert len(threads) == 4
    assert message.thread_id not in threads
    assert {c.origin.partition(":")[0] for c in desk.cases()} == {"message.mail"}
    assert desk.take(wire(message_id="<5@e>", in_reply_to=message.message_id)).thread_id == message.thread_id


def test_what_no_person_wrote_opens_nothing_and_is_not_answered(desk: Desk) -> None:
    """Kept and shown, in the thread it belongs to."""
    message = desk.sent()
    reply = desk.take(wire("I am away", auto_submitted="auto-replied", in_reply_to=message.message_id))
    assert (desk.cases(), reply.thread_id, reply.automatic) == ([], message.thread_id, True)
    with pytest.raises(Refusal) as no:
        commands.answer_message(desk.ctx, message=reply, text="So am I")
    assert no.value.code == "not_answerable"


def test_a_bounce_marks_the_message_and_blocks_the_address(desk: Desk) -> None:
    """Once, for the address that it names; a delay does nothing; nobody can block addresses by writing reports."""
    message = desk.sent(cc=("bo@post.example",))
    desk.take(bounce(message.message_id, "ada@post.example", "4.2.2", "delayed"))
    desk.take(bounce(message.message_id, "eve@post.example"))
    desk.take(bounce("<unknown@linden.example>", "ada@post.example"))
    with scope(desk.company.pk):
        assert not Block.objects.exists()
    desk.take(bounce(message.message_id, "ada@post.example"))
    assert desk.states(message) == {"ada@post.example": "bounced", "bo@post.example": "accepted"}
    assert desk.fresh(message).state == "sent"
    with pytest.raises(Refusal) as no:
        desk.queued()
    assert str(no.value).startswith("The company does not write to ada@post.example: a message to it came back.")
    desk.take(bounce(message.message_id, "bo@post.example"))
    assert desk.fresh(message).state == "bounced"
    assert desk.cases() == []
    assert desk.told()[-1] == "Came back from bo@post.example: Your visit"


def test_a_page_is_kept_without_what_runs(desk: Desk) -> None:
    """S7: scripts, handlers, frames; the text of a mail that is a page only."""
    evil = '<p onclick="x()">Hi<script>alert(1)</script><iframe src="//e"></iframe><a href="javascript:x()">y</a></p>'
    message = desk.take(wire(evil, Content_Type="text/html; charset=utf-8", subject="<script>alert(2)</script>"))
    assert message.html.strip() == '<p>Hi<a rel="noopener noreferrer">y</a></p>'
    assert message.text == "Hiy"
    browser = Client()
    browser.force_login(desk.ctx.user, backend="django.contrib.auth.backends.ModelBackend")
    for url in (f"/message/messages/{message.pk}/", "/message/messages/", f"/work/cases/{desk.cases()[0].pk}/"):
        page = browser.get(url).content.decode()
        assert "<script>alert" not in page


def test_files_are_kept_and_guarded(desk: Desk) -> None:
    """Whoever may see the message may open them, as a download."""
    part = 'Content-Type: text/html\r\nContent-Disposition: attachment; filename="../../x.html"\r\n\r\n<script>alert(1)</script>'
    message = desk.take(wire(f"--b\r\n{part}\r\n--b--", Content_Type='multipart/mixed; boundary="b"'))
    with scope(desk.company.pk):
        (attachment,) = message.attachments.select_related("file")
    assert attachment.file.name == "x.html"
    browser = Client()
    browser.force_login(desk.ctx.user, backend="django.contrib.auth.backends.ModelBackend")
    answer = browser.get(f"/files/{attachment.file_id}/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"


def test_what_cannot_be_read_is_kept_and_somebody_looks(desk: Desk) -> None:
    """Nothing is thrown away."""
    message = desk.take(b"\x00\x01 no mail at all")
    (case,) = desk.cases()
    assert case.title == "A mail that could not be read"
    with scope(desk.company.pk):
        assert message.attachments.get().name == "mail.eml"
    assert desk.take(b"\x00\x01 no mail at all").pk == message.pk


def test_a_mailbox_whose_mail_nobody_answers_takes_none(desk: Desk) -> None:
    """The mail stays on the server until somebody says who answers."""
    run_raw(desk.ctx, "message.change_mailbox", {"mailbox": desk.mailbox.pk, "queue": None})
    with pytest.raises(Refusal) as no:
        desk.take(wire())
    assert no.value.code == "no_queue"
    run_raw(desk.ctx, "work.add_routingrule", {"topic": "mail", "queue": desk.queue.pk})
    desk.take(wire())
    assert len(desk.cases()) == 1


def test_a_signed_hook_brings_a_mail_and_no_other_does(desk: Desk) -> None:
    """Standard Webhooks: wrong key, old time, changed body, no secret, another method: nothing comes in."""
    made = commands.make_hook_secret(desk.ctx, mailbox=desk.mailbox)
    client = Client(enforce_csrf_checks=True)
    raw = wire("Grüße").replace("Grüße".encode(), b"Gr\xfc\xdfe")

    def call(body: bytes = raw, signed: bytes = raw, at: float = 0, secret: str = made.secret, address: str = made.address) -> int:
        when = str(int(time.time() + at))
        key = base64.b64decode(secret.removeprefix("whsec_"))
        mine = base64.b64encode(hmac.new(key, b"msg_1." + when.encode() + b"." + signed, hashlib.sha256).digest()).decode()
        headers = {"Webhook-Id": "msg_1", "Webhook-Timestamp": when, "Webhook-Signature": f"v1,AAAA v1,{mine}"}
        return client.post(address, body, content_type="message/rfc822", headers=headers).status_code

    other = "whsec_" + base64.b64encode(b"x" * 32).decode()
    assert [call(secret=other), call(at=-400), call(at=400), call(body=raw + b"x")] == [401, 401, 401, 401]
    assert [call(address=a) for a in ("/hooks/nobody/mail/1/", made.address.replace("mail", "x"))] == [401, 401]
    assert client.post(made.address, raw, content_type="message/rfc822").status_code == 401
    assert client.get(made.address).status_code == 405
    assert desk.cases() == []
    assert [call(), call()] == [200, 200]
    assert [c.description for c in desk.cases()] == ["Grüße"]
    commands.make_hook_secret(desk.ctx, mailbox=desk.mailbox)
    assert call() == 401
