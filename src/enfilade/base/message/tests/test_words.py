"""Templates by language, blocks, pages."""

import pytest
from django.db import IntegrityError, connection
from django.test import Client

from enfilade.base.message import commands
from enfilade.base.message.models import Block, Mail
from enfilade.base.message.purposes import PURPOSES, declare_purpose
from enfilade.base.message.queries import wording
from enfilade.base.party.commands import merge_parties
from enfilade.core.context import Refusal
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx

from .post import Post, mail_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def post() -> Post:
    """A practice that writes."""
    return Post()


@pytest.fixture(autouse=True)
def purpose() -> None:
    """A purpose of this test."""
    texts = {"en": ("Hello {name}", "Your {what}."), "de": ("Hallo {name}", "Ihr {what}.")}
    declare_purpose("message.test", "Test", samples={"name": "Ada", "what": "<thing>"}, texts=texts)
    yield
    del PURPOSES["message.test"]


def test_words_follow_the_language_of_the_party(post: Post) -> None:
    """The company's own words first; a language that nobody has falls back to the company's, then English."""
    values = {"name": "Ada", "what": "{name}"}

    def words(language: str) -> tuple[str, str]:
        with scope(post.company.pk):
            found = wording(post.ctx, "message.test", values, language)
        return found.subject, found.text

    assert words("de-AT") == ("Hallo Ada", "Ihr {name}.")
    assert words("fr") == ("Hello Ada", "Your {name}.")
    own = commands.add_messagetemplate(post.ctx, purpose="message.test", language="fr", subject="Bonjour {name}", text="Votre {what}")
    assert words("fr") == ("Bonjour Ada", "Votre {name}")
    commands.change_messagetemplate(post.ctx, messagetemplate=own, subject="Salut", text="x", active=False)
    assert words("fr") == ("Hello Ada", "Your {name}.")


@pytest.mark.parametrize("text", ["{nobody}", "{name} {company}"])
def test_a_placeholder_without_a_meaning_is_refused(post: Post, text: str) -> None:
    """The sentence names the ones there are."""
    with pytest.raises(Refusal) as no:
        commands.add_messagetemplate(post.ctx, purpose="message.test", language="en", subject="x", text=text)
    assert no.value.code == "unknown_placeholder"
    assert str(no.value).endswith("There are: {name}, {what}.")


def test_no_template_is_code(post: Post) -> None:
    """S2: what looks like a template language goes out as it is written."""
    evil = "{{ 7*7 }} {% debug %} ${7*7} {0.__class__} {name.__class__}"
    commands.add_messagetemplate(post.ctx, purpose="message.test", language="en", subject="x", text=evil)
    with mail_server() as server:
        commands.write_from_template(post.ctx, purpose="message.test", party=post.ada, values={"name": "A", "what": "B"})
        post.empty()
    body = server.taken[0].get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == evil


def test_who_wants_no_automatic_mail_gets_none_but_can_be_written_to(post: Post) -> None:
    """Two scopes; lifted, everything goes again."""
    block = commands.block_address(post.ctx, address="ada@post.example")
    automatic = {"purpose": "message.test", "party": post.ada, "values": {"name": "A", "what": "B"}, "automatic": True}
    with pytest.raises(Refusal) as no:
        commands.write_from_template(post.ctx, **automatic)
    assert no.value.code == "address_blocked"
    with mail_server() as server:
        post.queued()
        commands.lift_block(post.ctx, block=block)
        commands.write_from_template(post.ctx, **automatic)
        post.empty()
    assert [m["Auto-Submitted"] for m in server.taken] == [None, "auto-generated"]


def test_the_tables_hold_what_is_promised(post: Post) -> None:
    """Attacked directly: a sent message without a time, a queued one without Message-ID, a block in capitals."""
    message = post.queued()
    for change in ("state = 'sent'", "message_id = ''", "state = 'failed', next_try_at = NULL", "next_try_at = NULL"):
        with pytest.raises(IntegrityError), scope(post.company.pk), connection.cursor() as cursor:
            cursor.execute(f"UPDATE message_mail SET {change} WHERE id = %s", [message.pk])  # noqa: S608
    with pytest.raises(IntegrityError), scope(post.company.pk):
        Block.objects.create(company=post.company, address="Ada@post.example", scope="all", since_at=post.ctx.now)


def test_merging_takes_the_messages_along(post: Post) -> None:
    """The party that stays has them."""
    message = post.draft()
    merge_parties(post.ctx, keep=post.bo, other=post.ada)
    assert post.fresh(message).party_id == post.bo.pk


def test_pages_show_what_needs_somebody(post: Post) -> None:
    """The panel of the party, the list, the record, the words; nothing of it for who may not."""
    commands.block_address(post.ctx, address="ada@post.example", scope="automatic")
    message = post.queued(subject="<i>Hello</i>")
    with mail_server(at_data="554 No <b>way</b>"):
        post.empty()
    browser = Client()
    browser.force_login(post.ctx.user, backend="django.contrib.auth.backends.ModelBackend")
    page = browser.get(f"/party/parties/{post.ada.pk}/").content.decode()
    for text in ("&lt;i&gt;Hello&lt;/i&gt;", "Not sent", "ada@post.example", f"/message/messages/{message.pk}/", "wants no mail"):
        assert text in page, text
    page = browser.get(f"/message/messages/{message.pk}/").content.decode()
    assert "554 No &lt;b&gt;way&lt;/b&gt;" in page
    assert f"/message/do/retry_message/{message.pk}/" in page
    assert 'data-tone="bad"' in browser.get("/message/messages/").content.decode()
    words = browser.get("/message/words/").content.decode()
    assert "Your &lt;thing&gt;." in words
    guest = Client()
    guest.force_login(make_ctx(post.company, "party.view_party").user, backend="django.contrib.auth.backends.ModelBackend")
    assert "Hello" not in guest.get(f"/party/parties/{post.ada.pk}/").content.decode()
    assert guest.get(f"/message/messages/{message.pk}/").status_code == 403


def test_what_is_sent_is_not_a_list_of_everybody(post: Post) -> None:
    """More than fifty addresses are no letter."""
    with pytest.raises(Refusal) as no:
        post.draft(to=tuple(f"p{i}@post.example" for i in range(51)))
    assert no.value.code == "too_many"
    with scope(post.company.pk):
        assert not Mail.objects.visible_to(post.ctx).exists()
