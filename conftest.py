"""What every test shares: a real PostgreSQL (see tests/server.py), a real Chromium, files of its own.

TEST_DATABASE_URL names a server instead of the embedded one: its role needs CREATEDB, and a role `enfilade_app` must be granted to it.
There ENFILADE_TEST_DB keeps runs at the same time apart, and TEST_SUPERUSER_URL names a superuser who makes the run faster.
"""

import asyncio
import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.template.base import Template
from django.test.utils import instrumented_test_render

from tests.emptying import SUPERUSER_URL, emptied_by_a_superuser
from tests.server import RunServer

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_OPTIONS = (
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
URL, TEMPLATE = "ENFILADE_TEST_URL", "ENFILADE_TEST_TEMPLATE"
SERVER = pytest.StashKey[RunServer]()
# How much is made and not yet let go of before Python looks for rings: a page makes some ten thousand things.
GARBAGE_AFTER = 50_000


# How fast examples are made and run says how busy the machine is, and nothing about the house.
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    """Start the server of this run; the workers of a parallel run find it in their environment."""
    # Playwright's synchronous interface runs an event loop in the thread of the test; Django would take it for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(Path(__file__).parent / ".cache" / "hypothesis"))
    settings.SECRET_KEY = "for tests only, never on a server"  # noqa: S105
    if hasattr(config, "workerinput") or config.option.collectonly or config.option.help or config.option.version:
        return
    server = RunServer()
    try:
        server.start()
    except (RuntimeError, OSError) as error:
        server.stop()
        pytest.exit(f"There is no database to test on: {error}", returncode=3)
    config.stash[SERVER] = server
    os.environ[URL], os.environ[TEMPLATE], os.environ[SUPERUSER_URL] = server.url, server.template, server.superuser_url


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the server of this run and forget its data."""
    server = config.stash.get(SERVER, None)
    if server is not None:
        server.stop()


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Point Django at the server of this run, under a name of its own per run and worker, as a copy of the migrated database."""
    from django.db import connections

    from enfilade.site.settings import database_settings

    database = connections["default"].settings_dict
    name = f"test_enfilade{os.environ.get('ENFILADE_TEST_DB', '')}"
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    database.update(database_settings(os.environ[URL]))
    database["TEST"]["NAME"] = f"{name}_{worker}" if worker else name
    database["TEST"]["TEMPLATE"] = os.environ[TEMPLATE]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """The database of this worker, in which rows go and the schema stays."""
    with emptied_by_a_superuser():
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin what takes long right after the tests that roll back, so that no worker is left alone with it; end with what drives a browser.

    Playwright keeps an event loop in the thread of the tests, beside which nothing asynchronous can be run any more.
    """
    drives = [item for item in items if "browser" in getattr(item, "fixturenames", ())]
    for item in drives:
        item.add_marker("browser")
    drives.sort(key=lambda item: item.get_closest_marker("long") is None)
    others = [item for item in items if item not in set(drives)]
    long = [item for item in others if item.get_closest_marker("long")]
    rest = [item for item in others if item not in set(long)]
    at = next((place for place, item in enumerate(rest) if _empties_tables(item)), len(rest))
    items[:] = [*rest[:at], *long, *rest[at:], *drives]


def _empties_tables(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("django_db")
    return mark is not None and bool(mark.kwargs.get("transaction"))


def pytest_collection_finish() -> None:
    """Let the search for garbage pass over what stays until the end of the run: four thousand tests and what they import."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER, 20, 20)


def _draw(template: Template, context: Any) -> Any:
    return template.nodelist.render(context)


@pytest.fixture(scope="session", autouse=True)
def nobody_takes_notes(django_test_environment: None) -> None:
    """Draw templates as a server does: Django's test client copies the context of each of the hundred templates of a page."""
    Template._render = _draw  # type: ignore[method-assign] # noqa: SLF001 - what django.test.utils replaces


@pytest.fixture(autouse=True)
def out_of_the_browsers_loop(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let a test without a browser run something asynchronous, although one before it in this worker had a browser.

    Its loop stands still meanwhile, in a greenlet of its own. Which worker gets which test is decided while they run.
    """
    if "browser" in request.fixturenames:
        yield
        return
    loop = asyncio._get_running_loop()  # noqa: SLF001 - what the loop itself calls
    asyncio._set_running_loop(None)  # noqa: SLF001
    yield
    asyncio._set_running_loop(loop)  # noqa: SLF001


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a test that reads `response.context`: the test client takes notes after all."""
    monkeypatch.setattr(Template, "_render", instrumented_test_render)


@pytest.fixture(scope="session", autouse=True)
def files_of_this_run(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep uploaded files of tests out of the data folder of a person."""
    settings.FILES_DIR = tmp_path_factory.mktemp("files")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, one for the run. Skips (counted) only where there is none and `make test` could not install it."""
    program = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if program is None:
        pytest.skip("no Chromium here: install the package chromium")
    from playwright.sync_api import sync_playwright

    options = [*CHROMIUM_OPTIONS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=options)
        yield chromium
        chromium.close()
