"""What every test shares: a real PostgreSQL (see tests/server.py), a real Chromium, files of its own.

TEST_DATABASE_URL names a server instead of the embedded one: its role needs CREATEDB, and a role `enfilade_app` must be granted to it.
There ENFILADE_TEST_DB keeps runs at the same time apart, and TEST_SUPERUSER_URL names a superuser who makes the run faster.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

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
