"""From a notification to the browsers of its person: enqueued with it, sent by a job, tried again as the push service wants it.

A job looks anew each time: what was read meanwhile, is not wanted any more, or belongs to somebody who left, is not sent. A job that died
after it sent sends again; the browser knows the notification by its tag and shows it once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import translation

from enfilade.core.access import companies_of, context_for, house_context
from enfilade.core.command import run_raw
from enfilade.core.context import Context, NotAllowed, Refusal
from enfilade.core.jobs import job
from enfilade.core.language.words import say
from enfilade.core.models import Company, Notification, NotificationChoice, PushDevice
from enfilade.core.outside import FAILURES, Answer, post
from enfilade.core.refs import model_of, split
from enfilade.core.scope import scope
from enfilade.core.sealed import unseal
from enfilade.core.traces import carried

from . import rules
from .sealing import authorization, sealed_message

PURPOSE = "push"
USE_NOTED_EVERY = timedelta(minutes=1)
NEWS = "There is news for you."
MORE = "There is more news for you."
TEST = "This browser is reached: notifications will look like this."
_LOG = logging.getLogger("enfilade.push")


def push_soon(ctx: Context, notes: Iterable[Notification]) -> int:
    """In the transaction that tells: one job for each browser that is awake; how many."""
    people = {note.user_id: note for note in notes}
    if not people:
        return 0
    devices: dict[int, list[int]] = {}
    for user, pk in PushDevice.objects.visible_to(ctx).awake(ctx.now).filter(user__in=people).values_list("user", "pk"):
        devices.setdefault(user, []).append(pk)
    same = {"company_id": ctx.company_id, **carried()}
    jobs = [{**same, "device_id": pk, "notification_id": note.pk} for note in people.values() for pk in devices.get(note.user_id, ())]
    if jobs:
        push_notification.batch_defer(*jobs)
    return len(jobs)


@job("core.push")
def push_notification(company_id: int, device_id: int, notification_id: int, attempt: int = 1) -> None:
    """One notification to one browser; where the service wants to be asked again, by another job."""
    pause = push(house_context(Company.objects.get(pk=company_id)), device_id, notification_id, attempt)
    if pause is not None:
        later = push_notification.configure(schedule_in={"seconds": round(pause.total_seconds())})
        again = {"company_id": company_id, "device_id": device_id, "notification_id": notification_id, "attempt": attempt + 1}
        later.defer(**again, **carried())


@job("core.push_test")
def push_test(company_id: int, device_id: int) -> None:
    """What its person asked for to see whether it arrives; tried once."""
    push(house_context(Company.objects.get(pk=company_id)), device_id, None)


def push(ctx: Context, device_pk: int, note_pk: int | None, attempt: int = 1) -> timedelta | None:
    """Send one notification (None: a test) to one browser and note what came of it; after how long to try again, None: not at all."""
    with scope(ctx.company_id, read_only=True):
        device = PushDevice.objects.visible_to(ctx).awake(ctx.now).filter(pk=device_pk).select_related("user").first()
    if device is None:
        return None
    place = _place(ctx, device)
    with scope(ctx.company_id, read_only=True):
        note = Notification.objects.visible_to(ctx).filter(pk=note_pk, user=device.user).first() if note_pk else None
        message = _message(ctx, device, note, place) if note or note_pk is None else None
    if message is None:
        return None
    age = ctx.now - note.at if note else timedelta()
    answer = _sent(ctx, device, message, note_pk, rules.LASTS - age)
    verdict = rules.judge(answer.status, answer.headers.get("retry-after", ""), attempt, age, ctx.now)
    if verdict.gone:
        _forget(ctx, device, "gone")
    elif not verdict.took and device.failing_since and ctx.now - device.failing_since >= rules.SILENT_FOR:
        _forget(ctx, device, f"it took nothing for {rules.SILENT_FOR.days} days")
    else:
        _note(ctx, device, answer, took=verdict.took)
    return verdict.again_in


def _message(ctx: Context, device: PushDevice, note: Notification | None, place: str) -> bytes | None:
    """What the browser is told, in the language of its person; None where there is nothing to tell (any more)."""
    try:
        person = context_for(device.user, ctx.company)
    except NotAllowed:
        return None
    with translation.override(person.language):
        if note is None:
            return _worded(person, place, say(TEST), "test", "/account/notifications/")
        if note.read_at is not None or ctx.now - note.at >= rules.LASTS or not _is_wanted(ctx, note):
            return None
        before = _just_before(ctx, note)
        if before >= rules.PER_MINUTE_MAX:
            return _worded(person, place, say(MORE), "more", "/") if before == rules.PER_MINUTE_MAX else None
        if device.discreet:
            return _worded(person, place, say(NEWS), "news", "/")
        return _worded(person, place, say(note.text), str(note.pk), _path(person, note.ref))


def _worded(person: Context, place: str, text: str, tag: str, path: str) -> bytes:
    return rules.message_of(person.company.name, text, f"{person.company_id}-{tag}", place + path, person.language)


def _place(ctx: Context, device: PushDevice) -> str:
    """What goes before the address of a page, so that it opens in this company: nothing for whoever works for no other.

    Why outside of a scope: in that of one company PostgreSQL shows no membership of another.
    """
    return f"/in/{ctx.company_id}" if len(companies_of(device.user)) > 1 else ""


def _is_wanted(ctx: Context, note: Notification) -> bool:
    rows = NotificationChoice.objects.visible_to(ctx).filter(Q(kind="") | Q(kind=note.kind), user=note.user_id)
    return rules.is_pushed(dict(rows.values_list("kind", "how")), note.kind)


def _just_before(ctx: Context, note: Notification) -> int:
    """How much the person was told in the minute before; no more is counted than matters."""
    rows = Notification.objects.visible_to(ctx).filter(user=note.user_id, pk__lt=note.pk, at__gt=note.at - timedelta(minutes=1))
    return len(rows.order_by("-pk").values_list("pk")[: rules.PER_MINUTE_MAX + 1])


def _path(person: Context, reference: str) -> str:
    """The page of the record it is about, where the person may enter it; else where one begins."""
    from enfilade.core.resource import resource_for

    model = model_of(reference) if reference else None
    resource = resource_for(model) if model else None
    return f"{resource.list_url()}{split(reference)[1]}/" if resource and person.may(resource.view_permission) else "/"


def _sent(ctx: Context, device: PushDevice, message: bytes, note_pk: int | None, lasts: timedelta) -> Answer:
    """Hand a message over. An answer of status 0 says why there was none."""
    secret = unseal(device.sealed_auth, PURPOSE)
    if secret is None:
        return Answer(410, "the key of the house has changed; switch the browser on again", {})
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(max(int(lasts.total_seconds()), 0)),
        "Urgency": "normal",
        "Topic": f"{ctx.company_id}-{note_pk or 'test'}",
        "Authorization": authorization(device.endpoint, ctx.now),
    }
    try:
        return post(device.endpoint, sealed_message(message, device.p256dh, secret), headers)
    except Refusal as no:
        return Answer(0, str(no), {})
    except FAILURES as error:
        return Answer(0, f"{type(error).__name__}: {error}", {})


def _note(ctx: Context, device: PushDevice, answer: Answer, *, took: bool) -> None:
    """Keep what the service said; of a browser that takes everything, once a minute.

    Why no command: this is no business, and the audit would learn of each push.
    """
    same = device.status == answer.status and device.last_used_at and ctx.now - device.last_used_at < USE_NOTED_EVERY
    if took and same and device.failing_since is None:
        return
    values: dict[str, Any] = {"status": answer.status, "answer": "" if took else answer.text[:500]}
    values |= {"last_used_at": ctx.now, "failing_since": None} if took else {"failing_since": device.failing_since or ctx.now}
    with scope(ctx.company_id):
        PushDevice.objects.visible_to(ctx).filter(pk=device.pk, endpoint=device.endpoint).update(**values)


def _forget(ctx: Context, device: PushDevice, why: str) -> None:
    """A browser that is not there any more is sent nothing more. Another job may have been first."""
    _LOG.info("browser %s is not pushed to any more: %s", device.pk, why)
    try:
        run_raw(ctx, "core.unsubscribe_device", {"device": device.pk})
    except Refusal as no:
        if no.code != "not_found":
            raise
