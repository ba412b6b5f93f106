"""Places outside the house that somebody typed: a mail server, the address of a web hook. Nobody may use them to look inside.

A name is resolved here, every address it has must be public, and the caller connects to the address that was looked at, so that a name that
changes its mind in between (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from .context import Refusal

PATIENCE_S = 15
ANSWER_MAX_BYTES = 500
# What goes wrong on the way to another server.
FAILURES = (OSError, ssl.SSLError, http.client.HTTPException, ValueError)


@dataclass(frozen=True)
class Answer:
    """What a server said. text: the beginning of its answer. headers: by their names in small letters."""

    status: int
    text: str
    headers: Mapping[str, str]


def address_problem(address: str, *, plain: bool) -> str:
    """Why an address can't be called, "" where it can. plain: whether http is allowed too."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return "This is no address."
    if parts.scheme != "https" and not (plain and parts.scheme == "http"):
        return "The address begins with https://."
    if not parts.hostname or port == 0 or any(ord(c) <= 32 for c in address):
        return "This is no address."
    if parts.username is not None or parts.password is not None:
        return "An address carries no user name or password; calls are signed."
    return "An address ends before its #." if parts.fragment else ""


def require_address(address: str, *, plain: bool, field: str) -> None:
    """Refuse an address that nothing may be sent to.

    plain: whether http is allowed too. field: the input it was typed in.
    Refuses: bad_address, unknown_host, private_host.
    """
    if problem := address_problem(address, plain=plain):
        raise Refusal("bad_address", problem, field=field)
    parts = urlsplit(address)
    public_address(str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80))


def post(address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Post a body to the very address that was looked at. A redirection is an answer; nobody is followed anywhere.

    Refuses: private_host, unknown_host. Raises FAILURES.
    """
    parts = urlsplit(address)
    host, secure = str(parts.hostname), parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    connection = _Pinned(host, port, public_address(host, port), secure=secure)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", target, body, {"User-Agent": "Enfilade", **headers})
        answer = connection.getresponse()
        text = answer.read1(ANSWER_MAX_BYTES).decode("utf-8", "replace").replace("\x00", "")
        return Answer(answer.status, text, {name.lower(): value for name, value in answer.getheaders()})
    finally:
        connection.close()


class _Pinned(http.client.HTTPConnection):
    """A connection to an IP address, with the name and the certificate of the host."""

    def __init__(self, host: str, port: int, ip: str, *, secure: bool) -> None:
        super().__init__(host, port, timeout=PATIENCE_S)
        self.ip, self.secure = ip, secure

    def connect(self) -> None:
        plain = socket.create_connection((self.ip, self.port), PATIENCE_S)
        self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host) if self.secure else plain


def public_address(host: str, port: int) -> str:
    """The address to connect to.

    Refuses: unknown_host, private_host (loopback, private, link-local, reserved ...) unless the setting ALLOW_PRIVATE_HOSTS is on.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, ValueError) as error:
        raise Refusal("unknown_host", f"There is no host {host[:100]}.") from error
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not settings.ALLOW_PRIVATE_HOSTS and any(not is_public(address) for address in addresses):
        raise Refusal("private_host", f"{host[:100]} lies inside a private network. Whoever runs Enfilade can allow that.")
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an IP address is reachable from everywhere; what is embedded in an IPv6 address counts as itself."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if found in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
    return found.is_global and not found.is_multicast
