"""Client of the Enfilade API, made from its OpenAPI document by `make client`; do not edit.

    house = Enfilade("http://127.0.0.1:8000", token="enf_...")
    party = house.do_party_add_party(kind="person", name="Ada Lovelace")
    for row in house.pages(house.list_party, q="ada"):
        print(row["label"])

Every write carries an idempotency key, so that a call whose answer was lost is sent again without being done twice.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from typing import Any, Literal, TypedDict  # noqa: F401 - what is written below needs them

UNSET: Any = object()
ATTEMPTS = 4
# method, path with query, headers, body -> status, headers in small letters, body
Transport = Callable[[str, str, dict[str, str], bytes], tuple[int, dict[str, str], bytes]]


class Problem(Exception):
    """The house said no: status, code (stable), detail (a sentence), and the whole document."""

    def __init__(self, status: int, document: dict[str, Any]) -> None:
        super().__init__(document.get("detail", f"{status}"))
        self.status, self.document = status, document
        self.code: str = document.get("code", "")
        self.detail: str = document.get("detail", "")
        self.errors: list[dict[str, str]] = document.get("errors", [])
        self.retryable: bool = document.get("retryable", False)


class Held(Problem):
    """The command waits at a door: `document["held"]` names it, `document["release_role"]` who may open. The same key asks again."""


class Caller:
    """Sends calls and reads answers.

    send: how bytes travel, where it is not by urllib (tests, another library).
    etag: of the record that was read last, for `if_match`.
    """

    def __init__(self, address: str, token: str, *, send: Transport | None = None, wait: Callable[[float], None] = time.sleep) -> None:
        self.address, self.token, self.wait = address.rstrip("/"), token, wait
        self.send: Transport = send or self._send
        self.etag = ""

    def call(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, Any] | None = None,
        body: dict[str, Any] | None = None,
        key: str = "",
        rehearse: bool = False,
        if_match: str = "",
    ) -> Any:
        """One operation. Raises Held when it waits at a door, Problem when it is refused."""
        asked = {k: v for k, v in (query or {}).items() if v is not UNSET} | ({"rehearse": "true"} if rehearse else {})
        target = path + (f"?{urllib.parse.urlencode(asked, doseq=True)}" if asked else "")
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        data = b""
        if method != "GET":
            headers |= {"Content-Type": "application/json", "Idempotency-Key": key or uuid.uuid4().hex}
            headers |= {"If-Match": if_match} if if_match else {}
            data = json.dumps({k: v for k, v in (body or {}).items() if v is not UNSET}).encode()
        return self._answer(*self._sent(method, target, headers, data))

    def upload(self, name: str, content: bytes) -> Any:
        """Keep a file; its `id` is an input of commands."""
        mark = uuid.uuid4().hex
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": f"multipart/form-data; boundary={mark}",
            "Idempotency-Key": mark,
        }
        return self._answer(*self._sent("POST", "/api/v1/files/", headers, head + content + f"\r\n--{mark}--\r\n".encode()))

    def download(self, key: int) -> bytes:
        """A file that you gave, or that a record carries which you may see."""
        status, found, content = self._sent("GET", f"/api/v1/files/{key}/", {"Authorization": f"Bearer {self.token}"}, b"")
        if status >= 400:
            self._answer(status, found, content)
        return content

    def pages(self, listing: Callable[..., Any], **query: Any) -> Iterator[Any]:
        """Every row of a list, page by page."""
        after: Any = UNSET
        while after is not None:
            page = listing(**query, after=after)
            yield from page["items"]
            after = page["after"]

    def _sent(self, method: str, target: str, headers: dict[str, str], data: bytes) -> tuple[int, dict[str, str], bytes]:
        """Send, and send again what may be sent again: no connection, 429, 503 and everything that says retryable."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                status, found, content = self.send(method, target, headers, data)
            except OSError:
                if attempt == ATTEMPTS:
                    raise
                self.wait(0.2 * 2**attempt)
                continue
            if attempt == ATTEMPTS or not (status in {429, 503} or (status >= 400 and b'"retryable": true' in content)):
                break
            self.wait(float(found.get("retry-after", 0.2 * 2**attempt)))
        return status, found, content

    def _answer(self, status: int, headers: dict[str, str], content: bytes) -> Any:
        try:
            found = json.loads(content) if content else {}
        except ValueError:
            found = {"detail": content.decode("utf-8", "replace")[:500]}
        if status == 202:
            raise Held(status, found)
        if status >= 400:
            raise Problem(status, found)
        self.etag = headers.get("etag", self.etag)
        return found

    def _send(self, method: str, target: str, headers: dict[str, str], data: bytes) -> tuple[int, dict[str, str], bytes]:
        request = urllib.request.Request(self.address + target, data if method != "GET" else None, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
        except urllib.error.HTTPError as no:
            return no.code, {k.lower(): v for k, v in no.headers.items()}, no.read()
