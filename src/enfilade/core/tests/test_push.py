"""Web push: sealed for one browser, signed for its service, once, no more than the bell shows, and no way into the house."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection
from django.test import Client, override_settings

from enfilade.core.access import house_context
from enfilade.core.command import run_raw
from enfilade.core.commands import choose_notification, read_notifications, sign_out_member
from enfilade.core.context import Context, NotAllowed, Refusal
from enfilade.core.devices import make_discreet, renew_device, send_test_push, subscribe_device, unsubscribe_device
from enfilade.core.models import AuditEntry, Membership, Notification, NotificationChoice, PushDevice, RowChange, SignIn, User
from enfilade.core.models.push import DEVICES_MAX
from enfilade.core.notify import tell
from enfilade.core.push import rules, sealing
from enfilade.core.push.sending import push, push_notification
from enfilade.core.scope import scope
from enfilade.core.testing import make_company, make_ctx, race

from .push_service import Browser, Service, certificate, push_service

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
PUBLIC = Path(__file__).resolve().parents[4] / "frontend" / "public"


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the service shows, and we trust."""
    return certificate(tmp_path_factory.mktemp("push"))


@pytest.fixture
def service(pem: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Service]:
    """A push service that may be called although it is on loopback."""
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    settings.ALLOW_PRIVATE_HOSTS = True
    settings.PUSH_CONTACT = "mailto:admin@house.example"
    with push_service(pem) as running:
        yield running


@pytest.fixture
def paul() -> Context:
    """A person who is told things; he reads German."""
    paul = make_ctx(make_company(name="Linden", timezone="Europe/Berlin"), "core.read_notifications", "work.*", name="Paul", now=NOON)
    User.objects.filter(pk=paul.user.pk).update(language="de")
    paul.user.language = "de"
    return paul


@pytest.fixture
def browser() -> Browser:
    """His."""
    return Browser()


def switch_on(paul: Context, service: Service, browser: Browser, path: str = "/one", **more: Any) -> PushDevice:
    """He lets a browser be reached."""
    return subscribe_device(paul, endpoint=service.origin + path, **browser.keys, name="Firefox on Linux", **more)


def told(paul: Context, *texts: str, ref: str = "work.case:1", at: datetime = NOON) -> list[Notification]:
    """The house tells him."""
    with scope(paul.company_id):
        for text in texts:
            tell(house_context(paul.company, now=at), [paul.user], text, ref)
        return list(Notification.objects.filter(user=paul.user).order_by("pk"))[-len(texts) :]


def queued(paul: Context, task: str = "core.push") -> list[dict[str, Any]]:
    """What waits for a worker for his company, with when it is to be run."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT args, scheduled_at FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [task])
        found = [(json.loads(args) if isinstance(args, str) else args, when) for args, when in cursor.fetchall()]
    return [args | {"when": when} for args, when in found if args["company_id"] == paul.company_id]


def send(paul: Context, note: Notification | None, device: PushDevice, attempt: int = 1, **later: float) -> timedelta | None:
    """A worker takes it up."""
    return push(house_context(paul.company, now=NOON + timedelta(**later)), device.pk, note.pk if note else None, attempt)


def fresh(device: PushDevice) -> PushDevice | None:
    """As it is in the database."""
    with scope(device.company_id):
        return PushDevice.objects.filter(pk=device.pk).first()


def test_the_example_of_the_standard_byte_for_byte() -> None:
    """RFC 8291 section 5."""
    sender = ec.derive_private_key(int.from_bytes(sealing.unpacked("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), ec.SECP256R1())
    found = sealing.sealed_message(
        b"When I grow up, I want to be a watermelon",
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
        salt=sealing.unpacked("DGv6ra1nlYgDCS1FRnbzlw"),
        sender=sender,
    )
    expected = (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert sealing.packed(found) == expected
    with pytest.raises(ValueError, match="too large"):
        sealing.sealed_message(b"x" * 4000, Browser().keys["p256dh"], Browser().keys["auth"])


def test_one_notification_from_the_command_to_the_browser(service: Service, paul: Context, browser: Browser) -> None:
    """Enqueued with what is told, opened by one browser alone, signed for its service, in the language of its person."""
    device = switch_on(paul, service, browser)
    (note,) = told(paul, "A case")
    (job,) = queued(paul)
    assert (job["device_id"], job["notification_id"]) == (device.pk, note.pk)
    assert send(paul, note, device) is None
    ((path, headers, body),) = service.calls
    assert path == "/one"
    assert (headers["ttl"], headers["urgency"], headers["content-encoding"]) == ("86400", "normal", "aes128gcm")
    assert len(body) <= rules.MESSAGE_MAX_BYTES
    (message,) = service.told(browser)
    assert message == {
        "title": paul.company.name,
        "body": "Ein Vorgang",
        "tag": f"{paul.company_id}-{note.pk}",
        "path": "/work/cases/1/",
        "lang": "de",
    }
    claims = service.claims()
    assert (claims["aud"], claims["sub"], claims["k"]) == (service.origin, "mailto:admin@house.example", sealing.public_key())
    assert NOON < datetime.fromtimestamp(claims["exp"], UTC) <= NOON + timedelta(days=1)
    with pytest.raises(InvalidTag):
        Browser().open(body)
    seen = fresh(device)
    assert seen is not None
    assert (seen.status, seen.last_used_at, seen.failing_since) == (201, NOON, None)


def test_what_was_read_or_is_stale_or_belongs_to_others_is_not_sent(service: Service, paul: Context, browser: Browser) -> None:
    """It is looked at when it is sent, not when it is written."""
    device = switch_on(paul, service, browser)
    (note,) = told(paul, "One")
    assert send(paul, note, device, hours=25) is None
    other = make_ctx(paul.company, "core.read_notifications", now=NOON)
    with scope(paul.company_id):
        tell(house_context(paul.company, now=NOON), [other.user], "Hers", "")
        hers = Notification.objects.get(user=other.user)
    send(paul, hers, device)
    read_notifications(paul)
    send(paul, note, device)
    (two,) = told(paul, "Two")
    Membership.objects.filter(user=paul.user).update(active=False)
    send(paul, two, device)
    assert service.calls == []


def test_quiet_stays_quiet(service: Service, paul: Context, browser: Browser) -> None:
    """What was chosen for one kind counts; the rest is widened when the first browser is switched on, and mail goes on."""
    choose_notification(paul, kind="doors", how="page")
    choose_notification(paul, how="digest")
    device = switch_on(paul, service, browser)
    switch_on(paul, service, Browser(), "/two")
    with scope(paul.company_id):
        assert NotificationChoice.objects.get(user=paul.user, kind="").how == "push_digest"
    for text, ref in (("At the door", "doors.heldcommand:1"), ("Chair 2", "work.case:1")):
        (note,) = told(paul, text, ref=ref)
        send(paul, note, device)
    assert [m["body"] for m in service.told(browser)] == ["Chair 2"]
    choose_notification(paul, how="digest")
    (note,) = told(paul, "Another case")
    send(paul, note, device)
    assert len(service.calls) == 1


def test_no_more_than_it_should_say(service: Service, paul: Context, browser: Browser) -> None:
    """A discreet browser says that there is news; no page is named that its person may not enter; long texts are cut."""
    device = switch_on(paul, service, browser)
    notes = told(paul, "Secret", "ä" * 5000 + "\n", ref="billing.invoice:7")
    make_discreet(paul, device=device)
    send(paul, notes[0], device)
    make_discreet(paul, device=device, discreet=False)
    send(paul, notes[1], device)
    first, second = service.told(browser)
    assert "Secret" not in json.dumps(first)
    assert first["path"] == second["path"] == "/"
    assert len(second["body"]) == rules.TEXT_MAX
    assert max(len(body) for _, _, body in service.calls) < rules.MESSAGE_MAX_BYTES


def test_a_flood_ends_with_one_word(service: Service, paul: Context, browser: Browser) -> None:
    """Twenty in a minute, then that there is more, then nothing."""
    device = switch_on(paul, service, browser)
    notes = told(paul, *(f"Number {n}" for n in range(rules.PER_MINUTE_MAX + 3)))
    for note in notes[-4:]:
        send(paul, note, device)
    assert [m["tag"].partition("-")[2] for m in service.told(browser)] == [str(notes[-4].pk), "more"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_removed(service: Service, paul: Context, browser: Browser, status: int) -> None:
    """RFC 8030 section 7.3; the audit says that the house did it, and two jobs do it once."""
    device = switch_on(paul, service, browser)
    notes = told(paul, "One", "Two")
    service.status = status
    race(2, lambda n: send(paul, notes[n], device))
    assert fresh(device) is None
    with scope(paul.company_id):
        assert AuditEntry.objects.filter(command="core.unsubscribe_device").count() == 1


def test_it_is_tried_again_as_the_service_wants(service: Service, paul: Context, browser: Browser) -> None:
    """Later and later, not before Retry-After, and not when it is stale by then."""
    device = switch_on(paul, service, browser)
    (note,) = told(paul, "One")
    service.status = 503
    assert [send(paul, note, device, attempt=n) for n in range(1, 8)] == [*rules.PAUSES, None]
    service.status, service.headers = 429, {"Retry-After": "120"}
    assert send(paul, note, device) == timedelta(seconds=120)
    service.headers = {"Retry-After": "Mon, 01 Jun 2026 13:00:00 GMT"}
    assert send(paul, note, device) == timedelta(hours=3)
    assert send(paul, note, device, hours=23) is None or send(paul, note, device, hours=23) < timedelta(hours=1)
    service.headers = {"Retry-After": "999999999999"}
    assert send(paul, note, device) is None
    for status in (302, 400, 403, 413):
        service.status, service.headers = status, {"Location": service.origin + "/elsewhere"}
        assert send(paul, note, device) is None
    assert {path for path, _, _ in service.calls} == {"/one"}
    seen = fresh(device)
    assert seen is not None
    assert (seen.status, seen.failing_since) == (413, NOON)
    service.status = 201
    send(paul, note, device)
    assert (fresh(device) or seen).failing_since is None


def test_a_job_enqueues_the_next_attempt(service: Service, paul: Context, browser: Browser) -> None:
    """With the number of the attempt, for later."""
    paul = replace(paul, now=datetime.now(UTC))
    device = switch_on(paul, service, browser)
    (note,) = told(paul, "One", at=paul.now)
    service.status = 500
    push_notification(company_id=paul.company_id, device_id=device.pk, notification_id=note.pk)
    first, second = queued(paul)
    assert (first["when"], second["attempt"]) == (None, 2)
    assert second["when"] > paul.now + timedelta(seconds=5)


def test_who_takes_nothing_for_days_is_forgotten(service: Service, paul: Context, browser: Browser) -> None:
    """Whatever it says; a server that is not there counts as one that says nothing."""
    device = switch_on(paul, service, browser)
    service.status = 403
    (note,) = told(paul, "One")
    send(paul, note, device)
    (late,) = told(paul, "Two", at=NOON + timedelta(days=5))
    send(paul, late, device, days=5, minutes=1)
    assert fresh(device) is None


PRIVATE = (
    "https://127.0.0.1/x",
    "https://localhost/x",
    "https://[::1]/x",
    "https://169.254.169.254/latest",
    "https://10.0.0.1/",
    "https://[fd00::1]/",
)


@pytest.mark.parametrize("address", [*PRIVATE, "http://push.example/x", "https://a:b@push.example/x", "ftp://push.example/", "https:///x"])
def test_no_address_leads_into_the_house(paul: Context, browser: Browser, address: str) -> None:
    """A browser can name any address (S10)."""
    with pytest.raises(Refusal) as no:
        subscribe_device(paul, endpoint=address, **browser.keys)
    assert no.value.code in {"private_host", "unknown_host", "bad_address"}
    assert queued(paul) == []


def test_a_name_that_turned_inward_is_not_called(service: Service, paul: Context, browser: Browser, settings: Any) -> None:
    """It is looked at again before each call (DNS rebinding)."""
    device = switch_on(paul, service, browser)
    (note,) = told(paul, "One")
    settings.ALLOW_PRIVATE_HOSTS = False
    send(paul, note, device)
    seen = fresh(device)
    assert service.calls == []
    assert seen is not None
    assert "private network" in seen.answer


def test_keys_that_are_none(service: Service, paul: Context, browser: Browser) -> None:
    """A point beside the curve, a short secret, no base64: refused with a sentence."""
    for wrong in ({"p256dh": "B" + "A" * 86}, {"auth": "AAAA"}, {"p256dh": "ä"}, {"auth": ""}):
        with pytest.raises(Refusal):
            run_raw(paul, "core.subscribe_device", {"endpoint": service.origin, **browser.keys, **wrong})
    padded = {name: value + "=" * (-len(value) % 4) for name, value in browser.keys.items()}
    made = run_raw(paul, "core.subscribe_device", {"endpoint": service.origin, **padded})
    assert made.p256dh == browser.keys["p256dh"]
    with pytest.raises(Refusal) as no:
        run_raw(paul, "core.subscribe_device", {"endpoint": service.origin + "/x", **browser.keys, "sign_in": 10**30})
    assert no.value.code in {"not_found", "invalid"}


def test_ten_browsers_and_not_one_more(service: Service, paul: Context) -> None:
    """Whoever switches on many at once gets as many as there are places."""
    out = race(DEVICES_MAX + 2, lambda n: switch_on(paul, service, Browser(), f"/{n}"))
    refused = [o for o in out if isinstance(o, Exception)]
    assert [getattr(o, "code", o) for o in refused] == ["too_many_devices"] * 2
    made = [o for o in out if isinstance(o, PushDevice)]
    assert sorted(d.slot for d in made) == list(range(1, DEVICES_MAX + 1))
    unsubscribe_device(paul, device=made[3])
    assert switch_on(paul, service, Browser(), "/new").slot == made[3].slot


def test_a_browser_is_one_persons(service: Service, paul: Context, browser: Browser) -> None:
    """Who switches it on has it; nobody else sends to it, changes or removes it; another company does not see it."""
    device = switch_on(paul, service, browser)
    other = make_ctx(paul.company, "core.read_notifications", now=NOON)
    stranger = make_ctx(make_company(), "core.read_notifications", now=NOON)
    for wrong in (
        lambda who: send_test_push(who, device=device.pk),
        lambda who: make_discreet(who, device=device.pk),
        lambda who: unsubscribe_device(who, device=device.pk),
    ):
        for who, code in ((other, "not_yours"), (stranger, "not_found")):
            with pytest.raises(Refusal) as no:
                wrong(who)
            assert no.value.code == code
    with pytest.raises(NotAllowed):
        run_raw(make_ctx(paul.company, "work.view_case"), "core.send_test_push", {"device": device.pk})
    with scope(stranger.company_id):
        assert not PushDevice.objects.exists()
    again = switch_on(other, service, browser)
    assert fresh(device) is None
    assert again.user == other.user


def test_the_database_holds_no_secret_of_a_browser(service: Service, paul: Context, browser: Browser) -> None:
    """Neither the table nor the audit; under another key of the house it is forgotten."""
    device = switch_on(paul, service, browser)
    secret = browser.keys["auth"]
    with scope(paul.company_id):
        kept = [list(rows.values()) for rows in (PushDevice.objects, AuditEntry.objects, RowChange.objects)]
    assert all(kept)
    assert secret not in str(kept)
    key = sealing.public_key()
    (note,) = told(paul, "One")
    with override_settings(SECRET_KEY="another"):
        assert sealing.public_key() != key
        send(paul, note, device)
    assert service.calls == []
    assert fresh(device) is None


def test_who_signs_out_is_not_reached_there(service: Service, paul: Context, browser: Browser) -> None:
    """Somebody ended it: it sleeps until she is there again. By itself after a while: it goes on. A month away: it sleeps too."""
    client = Client()
    client.force_login(paul.user, backend="django.contrib.auth.backends.ModelBackend")
    with override_settings(ALLOW_PRIVATE_HOSTS=True):
        answer = client.post("/account/devices/", {"do": "subscribe", "endpoint": service.origin + "/one", **browser.keys})
    assert answer.status_code == 200
    with scope(paul.company_id):
        device = PushDevice.objects.get(pk=answer.json()["id"])
    SignIn.objects.filter(pk=device.sign_in_id).update(last_seen_at=NOON)
    (note,) = told(paul, "One")
    send(paul, note, device)
    assert len(service.calls) == 1
    (late,) = told(paul, "Late", at=NOON + timedelta(days=31))
    send(paul, late, device, days=31)
    sign_out_member(make_ctx(paul.company, "*"), member=Membership.objects.get(user=paul.user), reason="lost laptop")
    before = len(queued(paul))
    (two,) = told(paul, "Two")
    send(paul, two, device)
    assert (len(service.calls), len(queued(paul))) == (1, before)
    again = Client()
    again.force_login(paul.user, backend="django.contrib.auth.backends.ModelBackend")
    page = again.get("/account/notifications/").content.decode()
    assert "data-push-renew" in page
    moved = {"do": "renew", "known": device.endpoint, "endpoint": service.origin + "/moved", **browser.keys}
    assert again.post("/account/devices/", moved).status_code == 200
    assert "data-push-renew" not in again.get("/account/notifications/").content.decode()
    assert again.post("/account/devices/", moved, headers={"Accept": "application/json"}).status_code == 404
    send(paul, two, device)
    assert service.calls[-1][0] == "/moved"


def test_a_click_opens_the_page_in_the_company_that_told(service: Service, paul: Context, browser: Browser) -> None:
    """For whoever works for several; a company of others is not there, and no address leads to another house."""
    device = switch_on(paul, service, browser)
    (note,) = told(paul, "One")
    send(paul, note, device)
    other = make_company()
    with scope(other.pk):
        Membership.objects.create(company=other, user=paul.user)
    send(paul, note, device)
    alone, among = (message["path"] for message in service.told(browser))
    assert among == f"/in/{paul.company_id}{alone}"
    client = Client()
    client.force_login(paul.user, backend="django.contrib.auth.backends.ModelBackend")
    for company in (other, paul.company):
        answer = client.get(f"/in/{company.pk}/work/cases/", {"state": "open"})
        assert (answer.status_code, answer["Location"]) == (302, "/work/cases/?state=open")
        assert f'data-company="{company.pk}"' in client.get("/account/notifications/").content.decode()
    assert client.get(f"/in/{make_company().pk}/work/cases/").status_code == 404
    assert f'data-company="{paul.company_id}"' in client.get("/account/notifications/").content.decode()
    for page in ("/evil.example/", "%5Cevil.example/", "/%2F/evil.example/"):
        assert client.get(f"/in/{other.pk}/{page}")["Location"] == "/evil.example/"
    assert Client().get(f"/in/{other.pk}/work/cases/")["Location"].startswith("/sign-in/?")


def test_the_house_can_be_installed() -> None:
    """Its manifest is open to everybody, and every icon that it or a page names is there, in the size that it says."""
    answer = Client().get("/app.webmanifest")
    manifest = answer.json()
    assert answer["Content-Type"] == "application/manifest+json"
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/", "/", "standalone")
    assert {(i["purpose"], i["sizes"]) for i in manifest["icons"]} >= {("any", "192x192"), ("any", "512x512"), ("maskable", "512x512")}
    gate = Client().get("/sign-in/").content.decode()
    assert '<link rel="manifest" href="/app.webmanifest">' in gate
    (touch,) = re.findall(r'rel="apple-touch-icon" href="/static/dist/([^"]+)"', gate)
    for name, sizes in [(touch, "180x180"), *((i["src"].rpartition("/")[2], i["sizes"]) for i in manifest["icons"])]:
        data = (PUBLIC / name).read_bytes()
        if name.endswith(".png"):
            assert f"{int.from_bytes(data[16:20])}x{int.from_bytes(data[20:24])}" == sizes, name


def test_the_page_of_the_browsers(service: Service, paul: Context, browser: Browser) -> None:
    """A test, less said, removed; the worker is open to everybody and is never kept."""
    device = switch_on(paul, service, browser, discreet=True)
    client = Client()
    client.force_login(paul.user, backend="django.contrib.auth.backends.ModelBackend")
    assert "Firefox on Linux" in client.get("/account/notifications/").content.decode()
    client.post("/account/devices/", {"discreet": device.pk, "on": ""})
    assert (fresh(device) or device).discreet is False
    client.post("/account/devices/", {"test": device.pk})
    (job,) = queued(paul, "core.push_test")
    assert job["device_id"] == device.pk
    assert send(paul, None, device) is None
    assert service.told(browser)[0]["path"] == "/account/notifications/"
    client.post("/account/devices/", {"remove": device.pk})
    assert fresh(device) is None
    assert Client().post("/worker.js").status_code in {403, 404, 405}
    with pytest.raises(Refusal) as no:
        renew_device(paul, known=device.endpoint, endpoint=device.endpoint, **browser.keys)
    assert no.value.code == "not_found"
    assert base64.urlsafe_b64decode(sealing.public_key() + "=")[0] == 4
