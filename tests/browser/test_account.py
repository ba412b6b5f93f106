"""Administration and passwords in Chromium: asleep, woken for a reason, somebody added; she chooses her password by the link."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from enfilade.core.models import User
from enfilade.core.signin.letters import FIRST
from enfilade.core.signin.links import make_link

from .conftest import PASSWORD, Desk, House

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEW = "orchard kettle velvet thursday"


@pytest.fixture(autouse=True)
def site(monkeypatch: pytest.MonkeyPatch) -> None:
    """The house mails links."""
    monkeypatch.setenv("SITE_URL", "https://house.example")


@pytest.mark.parametrize("house", [0], indirect=True)
def test_an_administrator_wakes_adds_somebody_and_she_chooses_her_password(
    desk_of: Callable[..., Desk], house: House, browser: Any
) -> None:
    owner = desk_of("owner")
    page = owner.go("/core/memberships/")
    expect(page.get_by_role("link", name="New membership")).to_have_count(0)
    page.get_by_role("link", name="Elevate to administer").click()
    if "/confirm/" in page.url:
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
    page.get_by_label("What for?").fill("Access for the new receptionist")
    owner.check_access()
    owner.shot("account-elevate")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/core/memberships/$"))
    expect(page.locator(".elevation-bar")).to_contain_text("Access for the new receptionist")
    owner.check_access()
    owner.shot("account-elevated")
    page.get_by_role("link", name="New membership").click()
    page.get_by_label("Email").fill("nora@new.example")
    page.locator("#id_name").fill("Nora New")
    page.get_by_label("Roles").fill("Recep")
    page.get_by_role("option", name="Receptionist").click()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nora New")
    nora = User.objects.get(email="nora@new.example")
    owner.go("/account/notifications/")
    owner.check_access()
    owner.shot("account-notifications")
    page.get_by_role("button", name="End it").click()
    expect(page.locator(".elevation-bar")).to_have_count(0)

    guest = browser.new_context(base_url=house.address, locale="en-GB").new_page()
    hers = Desk.__new__(Desk)
    hers.page, hers.house = guest, house
    guest.goto("/sign-in/")
    guest.get_by_role("link", name="Forgotten your password").click()
    hers.check_access()
    hers.shot("password-forgotten")
    guest.get_by_label("E-mail").fill("nobody@nowhere.example")
    guest.keyboard.press("Enter")
    expect(guest.get_by_role("status")).to_contain_text("If this address has an account here")
    hers.shot("password-asked")
    guest.goto(make_link(nora, FIRST))
    expect(guest).to_have_url(re.compile("/sign-in/password/new/$"))
    guest.get_by_label("New password", exact=True).fill(NEW)
    guest.get_by_label("New password again").fill("another")
    guest.keyboard.press("Enter")
    expect(guest.get_by_role("alert")).to_have_text("The two are not the same.")
    hers.check_access()
    hers.shot("password-new")
    guest.get_by_label("New password", exact=True).fill(NEW)
    guest.get_by_label("New password again").fill(NEW)
    guest.keyboard.press("Enter")
    guest.get_by_role("link", name="Sign in").click()
    guest.get_by_label("E-mail").fill(nora.email)
    guest.get_by_label("Password", exact=True).fill(NEW)
    guest.keyboard.press("Enter")
    expect(guest.get_by_role("navigation", name="Departments")).to_be_visible()
    guest.context.close()
