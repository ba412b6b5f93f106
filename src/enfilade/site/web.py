"""The application server for pages and API: loads the house once, then forks its workers.

Why not granian's own command: it loads the application in each worker, which costs a start one second and 60 MB per worker more.
Nothing that is loaded here may open a connection or start a thread; both belong to the workers.
"""

import os
import threading

from django.urls import get_resolver
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from enfilade.site.wsgi import application

TARGET = "enfilade.site.wsgi:application"


def main() -> None:
    """Serve until told to stop. Reads ENFILADE_BIND, PORT and WEB_WORKERS."""
    # The patterns and the first use of the middleware bring in the rest of the house.
    _ = application, get_resolver().url_patterns
    if threading.active_count() > 1:
        raise SystemExit("Something started a thread while the house was loaded; the workers cannot be forked.")
    Granian(
        target=TARGET,
        address=os.environ.get("ENFILADE_BIND", "127.0.0.1"),
        port=int(os.environ.get("PORT", "8000")),
        interface=Interfaces.WSGI,
        workers=int(os.environ.get("WEB_WORKERS", "2")),
        blocking_threads=max(2, min(8, os.cpu_count() or 2)),
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        respawn_interval=1,
        workers_kill_timeout=5,
    ).serve()


if __name__ == "__main__":
    main()
