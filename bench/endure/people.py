"""People at the pages: they sign in, follow links, and keep the stream of live updates open as their browser does."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Callable
from html import unescape
from urllib.parse import urljoin, urlsplit

import requests

TIMEOUT_S = 60
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_LINK = re.compile(r'href="(/[^"#]*)"')
# What leads out, changes who one is, or hands out whole tables: no page that one walks through.
_NOT_FOLLOWED = re.compile(r"^/(sign-|static/|files/|switch|api/|calendar/feed|account/)|export|download|\.pdf|\.ics|\.csv|print")


def sign_in(address: str, email: str, password: str) -> requests.Session:
    """A person's session. Raises RuntimeError where she is not let in."""
    session = requests.Session()
    page = session.get(f"{address}/sign-in/", timeout=TIMEOUT_S)
    found = _TOKEN.search(page.text)
    form = {"csrfmiddlewaretoken": found[1] if found else "", "email": email, "password": password}
    answer = session.post(f"{address}/sign-in/", data=form, headers={"Referer": address}, timeout=TIMEOUT_S, allow_redirects=False)
    if answer.status_code != 302:
        raise RuntimeError(f"{email} is not let in: {answer.status_code}")
    return session


def links_of(page: requests.Response) -> list[str]:
    """Where one can go from a page, within the house."""
    found = {unescape(link) for link in _LINK.findall(page.text)}
    return sorted(link for link in found if not _NOT_FOLLOWED.search(urlsplit(urljoin("/", link)).path) and "export" not in link)


class Ear:
    """Listens to live updates as an open page does: it comes again when the stream breaks."""

    def __init__(self, url: str, session: requests.Session, wanted: Callable[[], bool] = lambda: True) -> None:
        self.url, self.wanted, self.heard, self.closed = url, wanted, 0, False
        self.session = requests.Session()
        self.session.trust_env = False  # Else every request reads the whole environment, which a test may be changing.
        self.session.cookies.update(session.cookies.get_dict())
        threading.Thread(target=self._listen, daemon=True).start()

    def _stream(self) -> requests.Response:
        return self.session.get(self.url, stream=True, timeout=TIMEOUT_S)

    def _listen(self) -> None:
        while self.wanted() and not self.closed:
            with contextlib.suppress(requests.RequestException), self._stream() as stream:
                for line in stream.iter_lines():
                    self.heard += line.startswith(b"data:")
            time.sleep(0.2)
