"""What every test shares: a real PostgreSQL, a real Chromium.

The database: one embedded cluster per run, in a temporary folder, without fsync, ended with the run; the kernel ends it too when the
run is killed, and the next run removes its folder. So runs at the same time never meet. TEST_DATABASE_URL names another server
(its role needs CREATEDB and a role `enfilade_app` granted to it); there ENFILADE_TEST_DB keeps runs at the same time apart, and
`--reuse-db` saves the migrations.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_OPTIONS = (
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
SERVER = "ENFILADE_TEST_SERVER"
ROOT = Path(__file__).resolve().parent
CLUSTER = pytest.StashKey[Any]()
FOLDER_PREFIX = "enfilade-test-"


def pytest_configure(config: pytest.Config) -> None:
    """Start the server of this run; the workers of a parallel run find it in their environment."""
    # Playwright's synchronous interface runs an event loop in the thread of the test; Django would take it for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(ROOT / ".cache" / "hypothesis"))
    settings.SECRET_KEY = "for tests only, never on a server"  # noqa: S105
    if hasattr(config, "workerinput") or config.option.collectonly or config.option.help or config.option.version:
        return
    if os.environ.get("TEST_DATABASE_URL"):
        os.environ[SERVER] = os.environ["TEST_DATABASE_URL"]
        return
    from enfilade.site.embedded import EmbeddedPostgres

    remove_folders_of_killed_runs()
    folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-"))
    server = EmbeddedPostgres(folder, durable=False)
    with (folder / "server.log").open("ab") as log:
        server.start(output=log)
    server.make_roles()
    config.stash[CLUSTER] = server
    os.environ[SERVER] = server.url("postgres")


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the server of this run and forget its data."""
    server = config.stash.get(CLUSTER, None)
    if server is not None:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)
        os.environ.pop(SERVER, None)


def remove_folders_of_killed_runs() -> None:
    """Remove what runs that were killed left behind: their number is in the name of the folder."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        number = re.match(rf"{FOLDER_PREFIX}(\d+)-", folder.name)
        if number and not Path("/proc", number[1]).exists() and folder.stat().st_uid == os.geteuid():
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Point Django at the server of this run, under a name of its own per run and worker."""
    from django.db import connections

    from enfilade.site.settings import database_settings

    database = connections["default"].settings_dict
    name = f"test_enfilade{os.environ.get('ENFILADE_TEST_DB', '')}"
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    database.update(database_settings(os.environ[SERVER]))
    database["TEST"]["NAME"] = f"{name}_{worker}" if worker else name


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
