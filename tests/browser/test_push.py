"""Web push in Chromium: switched on by its person, shown while she looks elsewhere, opened where it belongs.

Only the two calls that need a push service of the maker of the browser are played (`subscribe`, `getSubscription`); the worker, its
registration, the notification and what a click does are Chromium's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from enfilade.base.party.models import Party
from enfilade.core.access import house_context
from enfilade.core.models import Notification, PushDevice
from enfilade.core.notify import tell
from enfilade.core.push.sending import push
from enfilade.core.refs import ref
from enfilade.core.scope import scope
from enfilade.core.tests.push_service import Browser, Service, certificate, push_service

from .conftest import PATIENCE_MS, Desk, House

pytestmark = pytest.mark.browser
PLAYED = """
(() => {
  const [endpoint, keys] = %s;
  const unsubscribe = async () => { localStorage.removeItem('played'); return true; };
  const made = { endpoint, options: {}, toJSON: () => ({ endpoint, keys }), unsubscribe };
  PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
    if (!userVisibleOnly || applicationServerKey.length !== 65) throw new Error('a browser would refuse this');
    localStorage.setItem('played', 'yes');
    return made;
  };
  PushManager.prototype.getSubscription = async () => (localStorage.getItem('played') ? made : null);
})();
"""
SHOWN = (
    """async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(({ title, body, tag }) => ({ title, body, tag }))"""
)
CLICK = """async () => {
  const [notification] = await self.registration.getNotifications();
  self.dispatchEvent(new NotificationEvent('notificationclick', { notification }));
}"""


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Service]:
    """A push service that the house may call; made before the house, which learns of it from its environment."""
    pem = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    monkeypatch.setenv("ALLOW_PRIVATE_HOSTS", "1")
    settings.ALLOW_PRIVATE_HOSTS = True
    with push_service(pem) as running:
        yield running


class Watch:
    """What Chromium knows of the worker, by its developer tools."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.registrations = desk, dict[str, str]()
        self.tools = desk.context.new_cdp_session(desk.page)
        self.tools.on("ServiceWorker.workerRegistrationUpdated", self._learn)
        self.tools.send("ServiceWorker.enable")

    def _learn(self, event: dict[str, Any]) -> None:
        self.registrations |= {one["scopeURL"]: one["registrationId"] for one in event["registrations"]}

    def forbid(self) -> None:
        """Her person told the browser that it may show nothing."""
        context = self.tools.send("Target.getTargetInfo")["targetInfo"]["browserContextId"]
        chosen = {"permission": {"name": "notifications"}, "setting": "denied", "origin": self.desk.house.address}
        self.tools.send("Browser.setPermission", chosen | {"browserContextId": context})

    def deliver(self, message: dict[str, Any]) -> list[dict[str, str]]:
        """Hand the worker a message as its push service would, again where it was just being started; what is shown then."""
        address = self.desk.house.address
        asked = {"origin": address, "registrationId": self.registrations[f"{address}/"], "data": json.dumps(message)}
        before = self.desk.page.evaluate(SHOWN)
        for number in range(PATIENCE_MS // 20):
            if number % 100 == 0:
                self.tools.send("ServiceWorker.deliverPushMessage", asked)
            shown: list[dict[str, str]] = self.desk.page.evaluate(SHOWN)
            if shown != before:
                break
            self.desk.page.wait_for_timeout(20)
        return shown

    def click(self) -> None:
        """Click the notification that is shown first."""
        self.desk.context.service_workers[0].evaluate(CLICK)


def news_of(house: House, service: Service, browser: Browser, text: str, row: Any) -> dict[str, Any]:
    """The house tells the owner something, a worker sends it, and her browser opens it."""
    ctx = house_context(house.owner.company, now=timezone.now())
    with scope(ctx.company_id):
        tell(ctx, [house.owner.user], text, ref(row))
        note, device = Notification.objects.order_by("pk").last(), PushDevice.objects.get(user=house.owner.user)
    assert push(ctx, device.pk, note.pk) is None
    return service.told(browser)[-1]


def sign_out(page: Page) -> None:
    """From the menu."""
    page.get_by_role("button", name=re.compile("Your account")).click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.wait_for_url("**/sign-in/")


@pytest.mark.parametrize("house", [0], indirect=True)
def test_news_reach_a_browser_and_open_their_page(service: Service, house: House, desk_of: Any) -> None:
    """Off, on, told, clicked; once for each; no page elsewhere; and to nobody else who sits down there."""
    browser = Browser()
    with house.reading() as ctx:
        patient = Party.objects.visible_to(ctx).filter(kind="person").first()
    desk: Desk = desk_of("owner")
    page = desk.page
    desk.context.add_init_script(PLAYED % json.dumps([service.origin + "/chromium", browser.keys]))
    watch = Watch(desk)
    watch.forbid()
    desk.go("/account/notifications/")
    expect(page.get_by_text("This browser: not allowed")).to_be_visible()
    desk.context.grant_permissions(["notifications"], origin=house.address)
    desk.go("/account/notifications/")
    expect(page.get_by_text("No browser of yours is reached")).to_be_visible()
    desk.check_access()
    desk.shot("push-off")
    page.get_by_label("Show only that there is news").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("this one")).to_be_visible()
    expect(page.get_by_label("Everything")).to_have_value("push")
    desk.check_access()
    desk.shot("push-on")

    message = news_of(house, service, browser, "You were mentioned.", patient)
    shown = {"title": house.owner.company.name, "body": "You were mentioned.", "tag": message["tag"]}
    assert watch.deliver(message) == [shown]
    assert watch.deliver({**message, "body": "Once more"}) == [{**shown, "body": "Once more"}]
    watch.click()
    page.wait_for_url(f"**{message['path']}")
    expect(page.get_by_role("heading", name=str(patient)).first).to_be_visible()
    watch.deliver({**message, "path": "https://elsewhere.example/x"})
    watch.click()
    page.wait_for_url(f"{house.address}/reception/desk/")

    # She signs in anew: the browser is hers again by itself. A colleague signs in: it is nobody's.
    sign_out(page)
    with house.reading() as ctx:
        assert not PushDevice.objects.visible_to(ctx).awake(ctx.now).exists()
    # Any page does it, so the first one after signing in: whoever waits for a later one may come too late.
    with page.expect_response("**/account/devices/"):
        desk.sign_in("owner")
    desk.go("/account/notifications/")
    expect(page.get_by_text("this one")).to_be_visible()
    with house.reading() as ctx:
        assert PushDevice.objects.visible_to(ctx).awake(ctx.now).count() == 1
    sign_out(page)
    desk.sign_in("desk")
    page.wait_for_function("localStorage.getItem('played') === null && localStorage.getItem('enfilade-push') === null")
