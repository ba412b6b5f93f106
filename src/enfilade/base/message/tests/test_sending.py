"""The outbox against a real SMTP server: once, or told; tried again, or given up with the reason."""

import io
import json

import pytest
from django.db import connection
from django.test import override_settings

from enfilade.base.message import commands
from enfilade.base.message.delivery import deliver
from enfilade.base.message.rules import PAUSES_MIN
from enfilade.core import files
from enfilade.core.context import NotFound, Refusal
from enfilade.core.jobs import react
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx, race

from .post import Post, free_port, mail_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def post() -> Post:
    """A practice that writes."""
    return Post()


def jobs(post: Post) -> list[dict]:
    """Arguments of the reactions that wait, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args FROM procrastinate_jobs WHERE task_name = 'core.react' AND status = 'todo'"
            " AND (args->>'company_id')::int = %s ORDER BY id",
            [post.company.pk],
        )
        return [args if isinstance(args, dict) else json.loads(args) for (args,) in cursor.fetchall()]


def test_a_message_arrives_as_it_was_written(post: Post) -> None:
    """Headers, both texts, the file; and the house knows what the server said."""
    with scope(post.company.pk):
        paper = files.store(post.ctx, "Füllung.pdf", io.BytesIO(b"%PDF-1.7 bill"))
    message = post.queued(
        cc=("Bo <bo@post.example>",), attachments=(paper,), text="Hello Ada,\n\n1 < 2, see https://linden.example/x?a=1&b=2."
    )
    with mail_server() as server:
        assert post.empty() == 1
        assert post.empty() == 0
    (mail,), ((sender, envelope),) = server.taken, server.envelopes
    assert (sender, envelope) == ("office@linden.example", ("ada@post.example", "bo@post.example"))
    assert (mail["Subject"], mail["To"], mail["Cc"]) == ("Your visit", "ada@post.example", "Bo <bo@post.example>")
    assert mail["From"].addresses[0].display_name == "Linden Dental"
    assert mail["Message-ID"] == message.message_id
    assert "Auto-Submitted" not in mail
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().startswith("Hello Ada,\r\n\r\n1 < 2")
    assert '1 &lt; 2, see <a href="https://linden.example/x?a=1&amp;b=2">' in html.get_content()
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("Füllung.pdf", b"%PDF-1.7 bill")
    sent = post.fresh(message)
    assert (sent.state, sent.attempts, sent.server_reply) == ("sent", 1, "250 Taken as 42")
    assert post.states(message) == {"ada@post.example": "accepted", "bo@post.example": "accepted"}


def test_sending_leaves_a_job_in_the_same_transaction(post: Post) -> None:
    """Whoever sends needs no right to deliver; a rehearsal leaves nothing."""
    clerk = make_ctx(post.company, "message.write", "message.send")
    draft = commands.draft_message(clerk, party=post.ada, subject="x", text="y")
    before = len(jobs(post))
    commands.send_message(clerk, message=draft)
    (job,) = jobs(post)[before:]
    with mail_server() as server:
        react(**job)
        react(**job)
    assert len(server.taken) == 1
    assert post.fresh(draft).state == "sent"


def test_two_workers_hand_it_over_once(post: Post) -> None:
    """Eight at once."""
    message = post.queued()
    with mail_server() as server:
        race(8, lambda _: deliver(post.house(), message.pk))
    assert len(server.taken) == 1


def test_a_server_that_is_away_is_tried_again_and_given_up_after_a_day(post: Post) -> None:
    """The pauses grow; the last failure is told to the author with the reason."""
    port = free_port()
    message = post.queued()
    clock = 0.0
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=port):
        for number, pause in enumerate(PAUSES_MIN, 1):
            assert post.empty(minutes=clock) == 1
            waits = post.fresh(message)
            assert (waits.state, waits.attempts) == ("queued", number)
            assert "does not answer" in waits.reason
            assert post.empty(minutes=clock + pause - 0.5) == 0
            clock += pause + 0.1
        assert post.empty(minutes=clock) == 1
    lost = post.fresh(message)
    assert (lost.state, lost.attempts) == ("failed", len(PAUSES_MIN) + 1)
    assert lost.reason.startswith("Given up after 8 attempts.")
    assert 20 * 60 < clock < 26 * 60
    with mail_server() as server:
        commands.retry_message(post.ctx, message=message)
        post.empty()
    assert server.taken[0]["Message-ID"] == message.message_id


@pytest.mark.parametrize(
    ("how", "state", "reason"),
    [
        ({"at_data": "451 4.7.1 Greylisted, come back"}, "queued", "451 4.7.1 Greylisted, come back"),
        ({"at_data": "554 5.7.1 Smells like spam"}, "failed", "554 5.7.1 Smells like spam"),
        ({"refuse": {"ada@post.example": "550 5.1.1 No such person"}}, "failed", "550 5.1.1 No such person"),
        ({"refuse": {"ada@post.example": "452 4.2.2 Mailbox full"}}, "queued", "452 4.2.2 Mailbox full"),
    ],
)
def test_what_the_server_says_is_what_is_kept(post: Post, how: dict, state: str, reason: str) -> None:
    """4xx waits, 5xx is the end."""
    message = post.queued()
    with mail_server(**how) as server:
        post.empty()
    found = post.fresh(message)
    assert (found.state, found.reason, server.taken) == (state, reason, [])


def test_one_refused_address_among_others_is_told(post: Post) -> None:
    """The message is sent, and the author hears for whom it is not."""
    message = post.queued(cc=("gone@post.example",))
    with mail_server(refuse={"gone@post.example": "550 5.1.1 Gone"}):
        deliver(post.house(), message.pk)
    assert post.states(message) == {"ada@post.example": "accepted", "gone@post.example": "refused"}
    assert post.fresh(message).reason == "Not for everybody: gone@post.example: 550 5.1.1 Gone"
    assert post.told() == ["Not sent to everybody: Your visit"]


def test_a_broken_connection_after_the_data_is_a_question_not_a_second_message(post: Post) -> None:
    """The server has it, we did not hear so: nobody sends it again by itself."""
    message = post.queued()
    with mail_server(cut=True) as server:
        post.empty()
        assert post.empty(days=2) == 0
    assert len(server.taken) == 1
    found = post.fresh(message)
    assert found.state == "unclear"
    assert found.reason.endswith("Whether it was sent is not known.")
    assert post.told() == ["Perhaps not sent, please look: Your visit"]
    assert commands.confirm_sent(post.ctx, message=message).state == "sent"


def test_a_worker_that_dies_between_sending_and_noting_is_found(post: Post) -> None:
    """kill -9 after the server took it: the outbox does not send it again, the clock asks."""
    message = post.queued()
    commands.begin_delivery(post.house(), message=message)
    with mail_server() as server:
        assert post.empty(minutes=5) == 0
        assert post.fresh(message).state == "sending"
        post.empty(minutes=11)
        assert post.fresh(message).state == "unclear"
        assert server.taken == []
        commands.retry_message(post.ctx, message=message)
        post.empty()
    assert [m["Message-ID"] for m in server.taken] == [message.message_id]


def test_drafts_are_changed_and_thrown_away_sent_ones_are_not(post: Post) -> None:
    """States, and recipients that follow."""
    draft = post.draft()
    commands.change_draft(post.ctx, message=draft, subject="Other\nBcc: x@y.example", text="<b>", to=("eve@post.example",))
    assert post.fresh(draft).subject == "Other Bcc: x@y.example"
    assert post.fresh(draft).html == "<p>&lt;b&gt;</p>"
    assert post.states(draft) == {"eve@post.example": "pending"}
    commands.cancel_message(post.ctx, message=post.draft())
    with mail_server():
        commands.send_message(post.ctx, message=draft)
        post.empty()
    for verb in (commands.cancel_message, commands.send_message):
        with pytest.raises(Refusal):
            verb(post.ctx, message=draft)


def test_who_cannot_be_written_to(post: Post) -> None:
    """No address, no real address, no mailbox, blocked, empty, a file of somebody else."""

    def code(**more: object) -> str:
        with pytest.raises(Refusal) as no:
            post.queued(**more)
        return no.value.code

    assert code(party=post.bo) == "no_address"
    assert code(to=("ada",)) == "not_an_address"
    assert code(to=("a@b.example\nBcc: c@d.example",)) == "not_an_address"
    assert code(text="   ") == "empty"
    commands.block_address(post.ctx, address="ADA@post.example", scope="all")
    assert code() == "address_blocked"
    other = make_ctx(post.company, "message.*")
    with scope(post.company.pk):
        secret = files.store(post.ctx, "pay.txt", io.BytesIO(b"secret"))
    with pytest.raises(NotFound):
        commands.draft_message(other, party=post.ada, subject="x", text="y", attachments=(secret,))


def test_an_answer_stays_in_its_thread(post: Post) -> None:
    """In-Reply-To and References as RFC 5322 3.6.4 wants them; the subject gets one Re:."""
    with mail_server() as server:
        first = post.queued()
        post.empty()
        second = commands.answer_message(post.ctx, message=first, text="One thing more.")
        commands.send_message(post.ctx, message=second)
        post.empty()
        third = commands.answer_message(post.ctx, message=second, text="And another.")
        commands.send_message(post.ctx, message=third)
        post.empty()
    assert [m["Subject"] for m in server.taken] == ["Your visit", "Re: Your visit", "Re: Your visit"]
    ids = [m["Message-ID"] for m in server.taken]
    assert server.taken[2]["In-Reply-To"] == ids[1]
    assert server.taken[2]["References"] == f"{ids[0]} {ids[1]}"
    assert len({first.thread_id, second.thread_id, third.thread_id}) == 1
