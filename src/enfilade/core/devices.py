"""Commands on the browsers in which a person is reached while no page is open; `core.push` sends to them."""

from __future__ import annotations

from typing import Annotated

from django.db import connection

from .command import Input, command
from .context import Context, NotFound, Refusal
from .models import NotificationChoice, PushDevice, SignIn
from .models.push import DEVICES_MAX
from .outside import require_address
from .push.rules import with_push
from .push.sealing import keys_problem, packed, unpacked
from .push.sending import PURPOSE, push_test
from .sealed import seal
from .traces import carried

READ = "core.read_notifications"
ACCESS = "core.manage_access"
Endpoint = Annotated[str, Input(widget="url", max_length=1000)]
Key = Annotated[str, Input(max_length=100)]
Secret = Annotated[str, Input(max_length=100, secret=True)]


@command(permission=READ, hidden=True)
def subscribe_device(
    ctx: Context,
    *,
    endpoint: Endpoint,
    p256dh: Key,
    auth: Secret,
    name: Annotated[str, Input(max_length=120)] = "A browser",
    discreet: bool = False,
    sign_in: int | None = None,
) -> PushDevice:
    """Let notifications reach the caller in a browser while no page is open; the first time, everything that is not chosen otherwise.

    endpoint: its address at its push service; p256dh, auth: its keys; all as the browser gives them.
    name: by which the caller knows it.
    discreet: show only that there is news, and not what.
    sign_in: key of the caller's sign-in in that browser; where somebody ends that, the browser sleeps.
    Refuses: bad_address, unknown_host, private_host, bad_keys, not_found, too_many_devices; push_device_ten_at_most (database).
    Why somebody else's goes: one browser shows notifications to one person, whoever sits before it now.
    """
    _require_reachable(endpoint, p256dh, auth)
    _one_at_a_time(ctx)
    rows = PushDevice.objects.visible_to(ctx)
    rows.filter(endpoint=endpoint).exclude(user=ctx.user).delete()
    device = rows.filter(endpoint=endpoint).first() or _new_device(ctx, endpoint)
    _keep_keys(device, p256dh, auth)
    device.sign_in_id = _own_sign_in(ctx, sign_in)
    device.label, device.discreet, device.failing_since = name, discreet, None
    device.save()
    return device


@command(permission=READ, hidden=True)
def renew_device(ctx: Context, *, known: Endpoint, endpoint: Endpoint, p256dh: Key, auth: Secret, sign_in: int | None = None) -> PushDevice:
    """Say that a browser is there again: after signing in anew, or when its push service gave it another address.

    known: the address under which it was switched on.
    Refuses: bad_address, unknown_host, private_host, bad_keys; not_found where the caller has it no more.
    """
    _require_reachable(endpoint, p256dh, auth)
    device = PushDevice.objects.visible_to(ctx).filter(user=ctx.user, endpoint=known).select_for_update().first()
    if device is None:
        raise NotFound("browser", "of this address", field="known")
    _keep_keys(device, p256dh, auth)
    device.endpoint, device.sign_in_id = endpoint, _own_sign_in(ctx, sign_in)
    device.save()
    return device


@command(permission=READ, hidden=True, label="Say how much it shows")
def make_discreet(ctx: Context, *, device: PushDevice, discreet: bool = True) -> PushDevice:
    """Say whether a browser shows what the news is, or only that there is some. Refuses: not_yours."""
    _require_own(ctx, device)
    device.discreet = discreet
    device.save(update_fields=["discreet"])
    return device


@command(permission=READ, hidden=True, tone="danger")
def unsubscribe_device(ctx: Context, *, device: PushDevice) -> None:
    """Send nothing more to a browser: one's own, or anybody's in the company for who manages access. Refuses: not_yours."""
    if not ctx.may(ACCESS):
        _require_own(ctx, device)
    device.delete()


@command(permission=READ, hidden=True)
def send_test_push(ctx: Context, *, device: PushDevice) -> PushDevice:
    """Send a notification to one of the caller's browsers, so that she sees whether it arrives. Refuses: not_yours."""
    _require_own(ctx, device)
    push_test.defer(company_id=ctx.company_id, device_id=device.pk, **carried())
    return device


def _require_reachable(endpoint: str, p256dh: str, auth: str) -> None:
    """Any browser can name any address: it may lead to nothing inside a private network."""
    require_address(endpoint, plain=False, field="endpoint")
    if problem := keys_problem(p256dh, auth):
        raise Refusal("bad_keys", problem, field="p256dh")


def _keep_keys(device: PushDevice, p256dh: str, auth: str) -> None:
    """The public one as bytes are packed, however it was written; the secret sealed."""
    device.p256dh, device.sealed_auth = packed(unpacked(p256dh)), seal(auth, PURPOSE)


def _require_own(ctx: Context, device: PushDevice) -> None:
    if device.user_id != ctx.user.pk:
        raise Refusal("not_yours", "This browser is somebody else's.")


def _one_at_a_time(ctx: Context) -> None:
    """Whoever switches on several browsers at once gets a place for each."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('core.pushdevice'), hashint8(%s))", [ctx.user.pk])


def _new_device(ctx: Context, endpoint: str) -> PushDevice:
    taken = set(PushDevice.objects.visible_to(ctx).filter(user=ctx.user).values_list("slot", flat=True))
    free = next((slot for slot in range(1, DEVICES_MAX + 1) if slot not in taken), None)
    if free is None:
        raise Refusal("too_many_devices", f"You are reached in {DEVICES_MAX} browsers already. Remove one that you do not use any more.")
    if not taken:
        _choose_push(ctx)
    return PushDevice(company=ctx.company, user=ctx.user, endpoint=endpoint, slot=free, made_at=ctx.now)


def _choose_push(ctx: Context) -> None:
    """Everything comes to the browsers too; what was chosen for one kind stays as it is, above all what is to be quiet."""
    rows = NotificationChoice.objects.visible_to(ctx).filter(user=ctx.user, kind="")
    before = rows.values_list("how", flat=True).first() or NotificationChoice.How.PAGE
    NotificationChoice.objects.update_or_create(company=ctx.company, user=ctx.user, kind="", defaults={"how": with_push(before)})


def _own_sign_in(ctx: Context, key: int | None) -> int | None:
    if key is not None and not SignIn.objects.filter(pk=key, user=ctx.user, ended_at=None).exists():
        raise NotFound("sign-in", key, field="sign_in")
    return key
