"""A served house on the test database: pages, live updates, a demo practice, and browsers for its people."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from enfilade.core.context import Context
from tests.practices import PASSWORD, practice
from tests.server import database_url, free_port

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / ".cache" / "screenshots"
# Two hundred and eighty pictures are for people and take a seventh of the time: ENFILADE_PICTURES=1 takes them.
PICTURES_WANTED = bool(os.environ.get("ENFILADE_PICTURES"))
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
# Generous, because a machine may be busy with other things; a page that is ready is not waited for.
PATIENCE_MS = 15_000
# Sizes and themes in which pages are looked at.
Looks = tuple[tuple[int, str], ...]
LOOKS: Looks = ((1440, "light"), (1440, "dark"), (390, "light"), (390, "dark"))
# What still moves (a toast that rises, a ring that grows) is brought to where it comes to rest, and looked at then.
# Something has changed on the server, says the page to its parts; and how long an answer that was held is given to arrive.
NEWS = "document.body.dispatchEvent(new CustomEvent('record-changed', { bubbles: true }))"
SLOW_ANSWER_MS = 400
AT_REST = """() => Promise.allSettled(document.getAnimations()
    .filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime)).map((one) => { one.finish(); return one.finished; }))"""
RUN_AXE = """([within, options]) => axe.run(within, options).then((found) => found.violations
    .filter((one) => ['serious', 'critical'].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`))"""
SET_THEME = "theme => { const root = document.documentElement; root.dataset.theme = theme; root.dispatchEvent(new Event('theme')); }"
expect.set_options(timeout=PATIENCE_MS)


class Served:
    """The pages and the live updates of this worker's database: two processes that serve one test after the other."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.environment = environment
        self.files = folder / "files"
        self.files.mkdir(exist_ok=True)
        self.port, live = free_port(), free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        env = {
            **environment,
            "DATABASE_URL": database_url(),
            "ENFILADE_HOME": str(folder),
            "SECRET_KEY": settings.SECRET_KEY,
            "LIVE_PORT": str(live),
            "DJANGO_SETTINGS_MODULE": "enfilade.site.settings",
        }
        self.log = (folder / "log").open("wb")
        base = [sys.executable, "-m", "granian", "--host", "127.0.0.1", "--workers", "1", "--log-level", "warning"]
        commands = [
            [*base, "--interface", "wsgi", "--blocking-threads", "2", "--port", str(self.port), "enfilade.site.wsgi:application"],
            [*base, "--interface", "asgi", "--port", str(live), "enfilade.site.live:application"],
        ]
        self.processes = [subprocess.Popen(c, env=env, cwd=ROOT, stdout=self.log, stderr=self.log) for c in commands]
        for url in (f"{self.address}/sign-in/", f"http://127.0.0.1:{live}/health"):
            self.wait_for(url)

    def wait_for(self, url: str) -> None:
        """Until a process answers."""
        for _ in range(1200):
            try:
                urllib.request.urlopen(url, timeout=2)  # noqa: S310 - loopback
            except OSError:
                if any(process.poll() is not None for process in self.processes):
                    break
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"{url} does not answer: {Path(self.log.name).read_text()[-2000:]}")

    def stop(self) -> None:
        """End what was started."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        self.log.close()


@pytest.fixture(scope="session")
def serve(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Served]]:
    """`serve()`: the processes that run, or new ones where a test has another environment."""
    running: list[Served] = []

    def served() -> Served:
        environment = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
        if not running or running[-1].environment != environment:
            for earlier in running:
                earlier.stop()
            running[:] = [Served(tmp_path_factory.mktemp("served"), environment)]
        return running[-1]

    yield served
    for one in running:
        one.stop()


class House:
    """A practice that is being served, and its people."""

    def __init__(self, served: Served, days: int) -> None:
        settings.FILES_DIR = served.files
        self.owner, self.people, self.data = practice(days)
        self.port, self.address = served.port, served.address

    def do(self, login: str, command: str, **inputs: Any) -> Any:
        """One command as a person, from outside the browser: a telephone system, a colleague elsewhere."""
        from enfilade.core.command import run_raw

        return run_raw(replace(self.people[login], now=timezone.now(), channel="api"), command, inputs)

    @contextmanager
    def reading(self) -> Iterator[Context]:
        """A read-only look into the database with the eyes of the owner."""
        from enfilade.core.scope import scope

        with scope(self.owner.company_id, read_only=True):
            yield replace(self.owner, now=timezone.now())


@pytest.fixture
def house(request: pytest.FixtureRequest, transactional_db: Any, serve: Callable[[], Served]) -> House:
    """A practice being served, with a day behind it; `parametrize("house", [0], indirect=True)` gives one on its first morning."""
    return House(serve(), getattr(request, "param", 1))


class Desk:
    """One person's browser window."""

    def __init__(self, browser: Any, house: House, login: str, width: int = 1440, height: int = 900, theme: str = "light") -> None:
        self.house, self.login = house, login
        self.context = browser.new_context(viewport={"width": width, "height": height}, base_url=house.address, locale="en-GB")
        self.context.set_default_timeout(PATIENCE_MS)
        self.wear(theme)
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._hear)
        self.sign_in(login)

    def sign_in(self, login: str) -> None:
        """Sign in with a password, as somebody of the practice."""
        self.page.goto("/sign-in/")
        self.page.get_by_label("E-mail").fill(self.house.people[login].user.email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "sign-in" not in url)

    def _hear(self, message: Any) -> None:
        # A refused command answers 409 or 422, which is no fault of the page but its work.
        if message.type == "error" and "422" not in message.text and "409" not in message.text:
            self.faults.append(f"{self.page.url}: {message.text}")

    def wear(self, theme: str) -> None:
        """Choose light or dark for the pages to come."""
        self.context.add_cookies([{"name": "theme", "value": theme, "url": self.house.address}])

    def go(self, path: str) -> Page:
        """Open an address and wait until its scripts and the live updates are there."""
        self.page.goto(path)
        self.page.locator("html[data-live=on]").wait_for(state="attached")
        return self.page

    @property
    def dialog(self) -> Locator:
        """The dialog that is open."""
        return self.page.locator("dialog[open]")

    def told(self, text: str) -> None:
        """The page has said something in its corner."""
        expect(self.page.locator("#toasts").get_by_text(text).first).to_be_visible()

    def dress(self, theme: str) -> None:
        """Change the page that is open to light or dark."""
        self.page.evaluate(SET_THEME, theme)

    def shot(self, name: str, looks: Looks = LOOKS) -> None:
        """Pictures of the page as it is, in several widths and themes, for people to look at, where they are wanted."""
        if not PICTURES_WANTED:
            return
        before = self.page.viewport_size or {"width": 1440, "height": 900}
        worn = self.page.evaluate("document.documentElement.dataset.theme")
        for width, theme in looks:
            self.page.set_viewport_size({"width": width, "height": 900 if width > 600 else 844})
            self.dress(theme)
            self.picture(f"{name}-{width}-{theme}")
        self.page.set_viewport_size(before)
        self.dress(worn)

    def picture(self, name: str) -> None:
        """A picture of the page as it is now, where pictures are wanted."""
        if PICTURES_WANTED:
            self.page.screenshot(path=str(SHOTS / f"{name}.png"), animations="disabled")

    def access_faults(self, rules: tuple[str, ...] = (), within: str = "html") -> list[str]:
        """Serious accessibility faults of the page as it is now.

        rules: names of rules; all of WCAG 2.2 AA when left out. within: a part of the page, where the frame is known already.
        """
        from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]

        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        self.page.evaluate(AT_REST)
        wanted = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": AXE_TAGS}
        found = self.page.evaluate(RUN_AXE, [within, {"runOnly": wanted, "resultTypes": ["violations"]}])
        return [f"{self.page.url}: {fault}" for fault in found]

    def check_access(self) -> None:
        """No serious accessibility fault on the page as it is now."""
        assert self.access_faults() == []


@pytest.fixture
def desk_of(browser: Any, house: House) -> Iterator[Any]:
    """`desk_of("desk")`: a signed-in window of a person; faults in the console fail the test."""
    opened: list[Desk] = []

    def open_desk(login: str, **more: Any) -> Desk:
        opened.append(Desk(browser, house, login, **more))
        return opened[-1]

    yield open_desk
    faults = [f"{d.login}: {f}" for d in opened for f in d.faults]
    for one in opened:
        one.context.close()
    assert faults == []
