"""Handing over to a real SMTP server: taken, refused for one or for all, put off and tried again, too large."""

import io
from collections.abc import Iterator

import pytest

from enfilade.base.message import commands
from enfilade.core import files
from enfilade.core.scope import scope

from .exim import FULL, GONE, GREY, PROGRAM, SIZE_MAX_BYTES, Smtp, smtp_server
from .post import Post

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.server,
    pytest.mark.skipif(PROGRAM is None, reason="no SMTP server here: install the package exim4-daemon-light"),
]


@pytest.fixture
def server() -> Iterator[Smtp]:
    """Exim, which sends nothing anywhere."""
    with smtp_server() as running:
        yield running


@pytest.fixture
def post() -> Post:
    """A practice that writes."""
    return Post()


def test_what_it_takes_lies_in_the_mailbox_as_it_was_written(server: Smtp, post: Post) -> None:
    """Umlauts, both texts, a file and a long line survive; the house keeps the number under which the server has it."""
    with scope(post.company.pk):
        paper = files.store(post.ctx, "Füllung.pdf", io.BytesIO(bytes(range(256)) * 40))
    message = post.queued(attachments=(paper,), cc=("Bo <bo@post.example>",), subject="Ihr Befund für Löwe", text="Grüße\n.\n" + "ä" * 1200)
    assert post.empty() == 1
    sent = post.fresh(message)
    (mail,) = server.taken(1)
    assert (sent.state, sent.attempts) == ("sent", 1)
    assert sent.server_reply.startswith("250 OK id=")
    assert f"{sent.server_reply.removeprefix('250 OK id=')} <= office@linden.example" in server.log()
    assert sorted(mail["Envelope-to"].replace(",", "").split()) == ["ada@post.example", "bo@post.example"]
    assert (mail["Subject"], mail["Message-ID"]) == ("Ihr Befund für Löwe", message.message_id)
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().replace("\r\n", "\n").rstrip("\n") == "Grüße\n.\n" + "ä" * 1200
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("Füllung.pdf", bytes(range(256)) * 40)


def test_an_address_it_refuses_is_told_and_the_others_get_it(server: Smtp, post: Post) -> None:
    """For one the message is sent all the same; for all it is not, and nobody tries again."""
    both, lost = post.queued(cc=(GONE,)), post.queued(to=(GONE,))
    assert post.empty() == 2
    assert post.states(both) == {"ada@post.example": "accepted", GONE: "refused"}
    assert post.fresh(both).reason == f"Not for everybody: {GONE}: 550 5.1.1 No such person here"
    assert (post.fresh(lost).state, post.fresh(lost).reason) == ("failed", "550 5.1.1 No such person here")
    assert post.empty(days=2) == 0
    (mail,) = server.taken(1)
    assert mail["Message-ID"] == both.message_id
    assert post.told() == ["Not sent to everybody: Your visit", "Not sent: Your visit"]


def test_a_greylisted_message_is_tried_again_and_arrives_once(server: Smtp, post: Post) -> None:
    """The first knock is put off; after the pause the same message goes through under its Message-ID."""
    message = post.queued(to=(GREY,))
    assert post.empty() == 1
    waits = post.fresh(message)
    assert (waits.state, waits.attempts, waits.reason) == ("queued", 1, "451 4.7.1 Greylisted, come back later")
    assert post.empty(minutes=0.5) == 0
    assert post.empty(minutes=1.1) == 1
    assert (post.fresh(message).state, post.fresh(message).attempts, post.fresh(message).reason) == ("sent", 2, "")
    (mail,) = server.taken(1)
    assert mail["Message-ID"] == message.message_id


def test_what_stays_full_is_given_up(server: Smtp, post: Post) -> None:
    """Nothing is delivered, and the author hears the server's last words."""
    message = post.queued(to=(FULL,))
    for day in range(8):
        assert post.empty(days=day) == 1
    found = post.fresh(message)
    assert (found.state, found.reason) == ("failed", "Given up after 8 attempts. 452 4.2.2 Mailbox full")
    assert server.taken(0) == []


def test_a_message_it_finds_too_large_is_not_sent(server: Smtp, post: Post) -> None:
    """The server says so at the latest when it has seen all of it; sending it again would change nothing."""
    with scope(post.company.pk):
        large = files.store(post.ctx, "x-ray.bin", io.BytesIO(b"x" * SIZE_MAX_BYTES))
    message = post.queued(attachments=(large,))
    post.empty()
    found = post.fresh(message)
    assert found.state == "failed"
    assert found.reason.startswith("552 ")
    commands.cancel_message(post.ctx, message=message)
    assert server.taken(0) == []
