"""Passkeys in Chromium, with an authenticator that the browser plays: added, used alone and after the password, removed, copied."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from enfilade.core.models import Passkey, SignInEvent

from .conftest import PASSWORD, Desk, House

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PLATFORM = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Laptop:
    """A browser with a built-in authenticator. Passkeys belong to a name, so the house is called localhost here."""

    def __init__(self, browser: Any, house: House, **options: Any) -> None:
        self.house = house
        self.context = browser.new_context(
            base_url=f"http://localhost:{house.port}", viewport={"width": 1440, "height": 900}, locale="en-GB"
        )
        self.page: Page = self.context.new_page()
        self.devtools = self.context.new_cdp_session(self.page)
        self.devtools.send("WebAuthn.enable")
        self.authenticator = self.devtools.send("WebAuthn.addVirtualAuthenticator", {"options": PLATFORM | options})["authenticatorId"]

    def type_password(self, login: str) -> None:
        """The first step."""
        self.page.goto("/sign-in/")
        self.page.get_by_label("E-mail").fill(self.house.people[login].user.email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()

    def add_passkey(self, name: str) -> None:
        """On the security page of somebody who is signed in; recovery codes follow the first one."""
        self.page.goto("/account/security/")
        self.page.get_by_label("Name of the new passkey").fill(name)
        self.page.get_by_role("button", name="Add a passkey").click()

    def sign_out(self) -> None:
        """From the menu."""
        self.page.get_by_role("button", name=re.compile("Your account")).click()
        self.page.get_by_role("menuitem", name="Sign out").click()
        self.page.wait_for_url("**/sign-in/")

    def inside(self) -> None:
        """The rail of the house is there."""
        expect(self.page.locator("#user-menu")).to_be_attached()


@pytest.fixture
def laptop(browser: Any, house: House) -> Iterator[Laptop]:
    """One for the test."""
    made = Laptop(browser, house)
    yield made
    made.context.close()


@pytest.mark.parametrize("house", [0], indirect=True)
def test_a_passkey_from_the_first_day_to_the_last(laptop: Laptop, house: House) -> None:
    """Added under a name; lets in after the password and alone; renamed and removed; then the password is enough again."""
    page = laptop.page
    laptop.type_password("desk")
    laptop.inside()
    laptop.add_passkey("Front desk laptop")
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    assert page.locator(".codes code").count() == 10
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("Front desk laptop")).to_be_visible()
    # The same authenticator a second time is refused by the browser, with a sentence.
    laptop.add_passkey("Again")
    expect(page.locator("form[data-passkey=create] [data-passkey-note]")).to_have_text("This device is registered already.")

    laptop.sign_out()
    laptop.type_password("desk")
    page.wait_for_url("**/sign-in/second/")
    page.goto("/item/items/")
    assert "/sign-in/" in page.url
    page.goto("/sign-in/second/")
    page.get_by_role("button", name="Use a passkey").click()
    laptop.inside()

    laptop.sign_out()
    page.get_by_role("button", name="Sign in with a passkey").click()
    laptop.inside()
    user = house.people["desk"].user
    assert list(SignInEvent.objects.filter(user=user, kind="signed_in").order_by("pk").values_list("detail", flat=True)) == [
        "password",
        "password and passkey",
        "passkey",
    ]

    page.goto("/account/security/")
    page.get_by_text("Rename", exact=True).click()
    page.get_by_label("New name of Front desk laptop").fill("Old laptop")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Remove Old laptop").click()
    expect(page.get_by_text("The passkey is removed.").first).to_be_visible()
    assert not Passkey.objects.filter(user=user).exists()
    laptop.sign_out()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("This passkey was not accepted.")).to_be_visible()
    laptop.type_password("desk")
    laptop.inside()


@pytest.mark.parametrize("house", [0], indirect=True)
def test_alone_it_must_have_verified_its_person(browser: Any, house: House) -> None:
    """Somebody else's finger on the key opens nothing; behind the password, touching it is enough."""
    laptop = Laptop(browser, house)
    page = laptop.page
    laptop.type_password("desk")
    laptop.inside()
    laptop.add_passkey("Key")
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    laptop.sign_out()
    laptop.devtools.send("WebAuthn.setUserVerified", {"authenticatorId": laptop.authenticator, "isUserVerified": False})
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("[data-passkey-note]")).to_be_visible()
    assert "/sign-in/" in page.url
    laptop.type_password("desk")
    page.get_by_role("button", name="Use a passkey").click()
    laptop.inside()
    laptop.context.close()


@pytest.mark.parametrize("house", [0], indirect=True)
def test_a_copied_key_and_an_answer_sent_twice_are_refused(laptop: Laptop, house: House) -> None:
    """A counter that does not rise means that the key exists twice; a challenge is good for one answer."""
    page = laptop.page
    laptop.type_password("desk")
    laptop.inside()
    laptop.add_passkey("Key")
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    laptop.sign_out()
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.post_data or "") if r.method == "POST" and r.url.endswith("/sign-in/passkey/") else None)
    page.get_by_role("button", name="Sign in with a passkey").click()
    laptop.inside()
    laptop.sign_out()
    again = page.request.post(
        "/sign-in/passkey/",
        data=sent[0].encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": _cookie(laptop, "csrftoken"), "Referer": page.url},
    )
    assert again.status in {403, 422}
    page.goto("/item/items/")
    assert "/sign-in/" in page.url
    Passkey.objects.update(sign_count=10_000)
    page.goto("/sign-in/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("This passkey was not accepted.")).to_be_visible()


def _cookie(laptop: Laptop, name: str) -> str:
    return next(c["value"] for c in laptop.context.cookies() if c["name"] == name)


@pytest.mark.parametrize("house", [0], indirect=True)
def test_the_pages_of_the_account(house: House, desk_of: Any) -> None:
    """Wide and narrow, light and dark, without a serious fault of access."""
    desk: Desk = desk_of("owner")
    for path, name in (
        ("/account/security/", "account-security"),
        ("/account/security/app/", "account-app"),
        ("/account/password/", "account-password"),
        ("/account/sessions/", "account-sessions"),
        ("/account/tokens/", "account-tokens"),
        ("/account/confirm/", "account-confirm"),
    ):
        desk.go(path)
        desk.check_access()
        desk.shot(name)
