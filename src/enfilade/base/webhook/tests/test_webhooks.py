"""Told once it is committed, signed, tried for a day, replayed, paused; and no way into the house."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client, override_settings
from standardwebhooks import Webhook, WebhookVerificationError

from enfilade.base.webhook import commands
from enfilade.base.webhook.calling import deliver
from enfilade.base.webhook.jobs import call_subscriber
from enfilade.base.webhook.models import Subscription
from enfilade.base.webhook.rules import PAUSES, wants
from enfilade.core.context import Refusal
from enfilade.core.models import Notification
from enfilade.core.outside import address_problem, is_public
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx, race

from .receiver import House, receiver

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house() -> House:
    """A company with something to tell."""
    return House()


def test_what_happens_is_told_signed(house: House) -> None:
    """Checked with the library that receivers use; another secret, another body or an old time is not believed."""
    with receiver() as told:
        _, secret = house.subscribe(told.address)
        house.happen("Grüße")
        assert house.call() == 1
        assert house.call() == 0
    ((headers, body),) = told.calls
    found = Webhook(secret).verify(body, headers)
    assert (found["type"], found["company"], found["data"]["kind"]) == ("work.CaseOpened", house.company.slug, "task")
    (delivery,) = house.deliveries()
    assert (delivery.state, delivery.status, delivery.answer, delivery.attempts) == ("delivered", 200, "thanks", 1)
    assert headers["webhook-id"] == delivery.message_id
    for wrong in (body.replace("task", "call"), body + " "):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(wrong, headers)


def test_only_what_was_asked_for_and_only_what_was_committed(house: House) -> None:
    """Names, modules, everything; a refused or rehearsed command tells nobody; other companies hear nothing."""
    with receiver() as told:
        house.subscribe(told.address, "work.CaseClosed", name="a")
        house.subscribe(told.address, "*", name="b")
        other = House()
        other.happen()
        house.happen(ctx=replace(house.ctx, rehearse=True))
        with pytest.raises(Refusal):
            house.happen("")
        house.happen()
        house.call()
        other.call()
    assert [d.subscription.name for d in house.deliveries()] == ["b"]
    assert other.deliveries() == []
    assert len(told.calls) == 1
    assert wants(["billing.*"], "billing.InvoiceIssued")
    assert not wants(["bill.*"], "billing.InvoiceIssued")


def test_a_job_calls_right_after_the_commit(house: House) -> None:
    """Enqueued with the event; run twice it calls once."""
    with receiver() as told:
        house.subscribe(told.address)
        house.happen()
        (delivery,) = house.deliveries()
        with connection.cursor() as cursor:
            cursor.execute("SELECT args->>'delivery_id' FROM procrastinate_jobs WHERE task_name = 'webhook.call' ORDER BY id DESC LIMIT 1")
            assert cursor.fetchone() == (str(delivery.pk),)
        call_subscriber(company_id=house.company.pk, delivery_id=delivery.pk)
        call_subscriber(company_id=house.company.pk, delivery_id=delivery.pk)
    assert len(told.calls) == 1


def test_eight_workers_call_once(house: House) -> None:
    """One of them gets it."""
    with receiver() as told:
        house.subscribe(told.address)
        house.happen()
        (delivery,) = house.deliveries()
        race(8, lambda _: deliver(house.later(), delivery.pk))
    assert len(told.calls) == 1


def test_it_is_tried_again_for_a_day_and_then_given_up(house: House) -> None:
    """Under the same id; a worker that died in between costs two minutes."""
    with receiver(status=503) as told:
        house.subscribe(told.address)
        house.happen()
        clock = timedelta()
        for pause in PAUSES:
            assert house.call(seconds=clock.total_seconds()) == 1
            assert house.call(seconds=clock.total_seconds() + 1) == 0
            clock += pause + timedelta(seconds=1)
        assert house.call(seconds=clock.total_seconds()) == 1
        (delivery,) = house.deliveries()
        assert (delivery.state, delivery.status, delivery.attempts) == ("failed", 503, len(PAUSES) + 1)
        assert timedelta(hours=20) < clock < timedelta(hours=30)
        assert len({headers["webhook-id"] for headers, _ in told.calls}) == 1
        told.status = 200
        commands.replay_delivery(house.ctx, delivery=delivery)
        house.call()
    assert house.deliveries()[0].state == "delivered"


def test_a_time_span_is_replayed(house: House) -> None:
    """Delivered and given up alike, under the same ids."""
    with receiver() as told:
        subscription, _ = house.subscribe(told.address)
        for number in range(3):
            house.happen(f"Number {number}", ctx=replace(house.ctx, now=house.ctx.now + timedelta(seconds=number)))
        house.call(minutes=1)
        middle = house.deliveries()[1].event.at
        commands.replay_span(house.ctx, subscription=subscription, from_at=middle, until_at=middle + timedelta(hours=1))
        house.call(minutes=1)
        ids = [headers["webhook-id"] for headers, _ in told.calls]
        assert ids[3:] == ids[1:3]
        with pytest.raises(Refusal) as no:
            commands.replay_span(house.ctx, subscription=subscription, from_at=house.ctx.now - timedelta(days=2), until_at=house.ctx.now)
        assert no.value.code == "nothing_there"


def test_who_takes_nothing_for_days_is_left_alone_and_told_of(house: House) -> None:
    """Nothing is lost: what waits is delivered when it is called again. 410 ends it at once."""
    with receiver(status=500) as told:
        subscription, _ = house.subscribe(told.address)
        house.happen("One")
        house.call()
        house.happen("Two", ctx=replace(house.ctx, now=house.later(days=5, minutes=1).now))
        house.call(days=5, minutes=2)
        paused = house.fresh(subscription)
        assert (paused.active, paused.paused_why) == (False, "It took nothing for 5 days.")
        with scope(house.company.pk):
            assert "Shop is not called any more" in Notification.objects.get(user=house.ctx.user).text
        calls = len(told.calls)
        house.happen("Three")
        assert house.call(days=6) == 0
        assert len(told.calls) == calls
        told.status = 200
        commands.resume_subscription(house.ctx, subscription=subscription)
        assert house.call(days=6) == 2
        assert house.fresh(subscription).failing_since is None
        told.status = 410
        house.happen("Four")
        house.call(days=7)
        assert house.fresh(subscription).paused_why == "It answered 410: it is gone."


def test_a_new_secret_leaves_no_gap(house: House) -> None:
    """For a day both fit, then only the new one; the database holds neither."""
    with receiver() as told:
        subscription, old = house.subscribe(told.address)
        new = commands.rotate_secret(house.ctx, subscription=subscription).secret
        house.happen()
        house.call()
        headers, body = told.calls[0]
        assert Webhook(old).verify(body, headers) == Webhook(new).verify(body, headers)
        with scope(house.company.pk):
            row = Subscription.objects.values().get(pk=subscription.pk)
        assert not any(secret in str(row) for secret in (old, new))
        commands.replay_delivery(house.ctx, delivery=house.deliveries()[0])
        house.call(days=1, minutes=1)
        assert len(told.calls[1][0]["webhook-signature"].split()) == 1


ADDRESSES = (
    *("https://127.0.0.1/x", "https://localhost/x", "https://[::1]/x", "https://169.254.169.254/latest/meta-data", "https://10.0.0.1/"),
    *("https://192.168.1.1/", "https://172.16.0.1/", "https://2130706433/", "https://0x7f.0.0.1/", "https://[::ffff:127.0.0.1]/"),
    *("https://[64:ff9b::7f00:1]/", "https://0.0.0.0/", "https://[fe80::1]/", "https://[fd00::1]/", "https://100.64.0.1/"),
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_leads_into_the_house(house: House, address: str) -> None:
    """S10, when it is typed; the canary on loopback hears nothing of it."""
    with pytest.raises(Refusal) as no:
        house.subscribe(address)
    assert no.value.code in {"private_host", "unknown_host"}


def test_an_address_that_became_private_is_not_called(house: House) -> None:
    """S10, when it is called: names change their minds, and so may the setting; a redirection is not followed."""
    with receiver(status=302, headers={"Location": "http://169.254.169.254/"}) as told:
        house.subscribe(told.address)
        house.happen()
        house.call()
        assert (house.deliveries()[0].status, len(told.calls)) == (302, 1)
        with override_settings(ALLOW_PRIVATE_HOSTS=False):
            house.call(minutes=1)
        assert len(told.calls) == 1
    assert "private network" in house.deliveries()[0].answer


@pytest.mark.parametrize(
    "address",
    [
        "http://shop.example/",
        "ftp://shop.example/",
        "https://a:b@shop.example/",
        "https:///x",
        "file:///etc/passwd",
        "gopher://x/",
        "https://x:0/",
    ],
)
def test_what_is_no_address_for_calls(address: str) -> None:
    """In a sentence."""
    assert address_problem(address, plain=False).endswith(".")
    assert address_problem("https://shop.example/hook?x=1", plain=False) == ""


def test_what_is_public() -> None:
    """Addresses, also those that carry another one."""
    assert [is_public(a) for a in ("93.184.216.34", "2606:2800:220:1::1")] == [True, True]
    assert not any(is_public(a) for a in ("127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::a00:1", "224.0.0.1", "::"))


def test_events_have_to_exist(house: House) -> None:
    """A misspelt name would never come."""
    with receiver() as told, pytest.raises(Refusal) as no:
        house.subscribe(told.address, "work.CaseOpend")
    assert no.value.code == "unknown_event"


def test_the_secret_is_shown_once_and_only_to_who_may(house: House) -> None:
    """On the page by dialog; in the API; never in the record."""
    with receiver() as told:
        browser = Client()
        browser.force_login(house.ctx.user, backend="django.contrib.auth.backends.ModelBackend")
        headers = {"HX-Request": "true", "HX-Target": "dialog-body"}
        given = {"name": "Shop", "address": told.address, "events": "work.*"}
        answer = browser.post("/webhook/do/add_subscription/", given, headers=headers)
        assert answer.status_code == 200
        assert "whsec_" in answer.content.decode()
        assert answer["HX-Trigger"] == "record-changed"
        with scope(house.company.pk):
            subscription = Subscription.objects.get(company=house.company)
        for url in (f"/webhook/subscriptions/{subscription.pk}/", f"/api/v1/webhook/subscriptions/{subscription.pk}/"):
            page = browser.get(url).content.decode()
            assert "Shop" in page
            assert "whsec_" not in page
            assert subscription.sealed_secret not in page
        guest = Client()
        guest.force_login(make_ctx(house.company, "work.*").user, backend="django.contrib.auth.backends.ModelBackend")
        assert guest.post("/webhook/do/add_subscription/", given).status_code == 403
        stranger = make_ctx(make_company(), "*")
        with pytest.raises(Refusal) as no:
            commands.rotate_secret(stranger, subscription=subscription.pk)
        assert no.value.code == "not_found"
        house.happen()
        house.call()
    assert json.loads(told.calls[0][1])["type"] == "work.CaseOpened"
