"""Places outside the house that somebody typed: a mail server, the address of a web hook. Nobody may use them to look inside.

A name is resolved here, every address it has must be public, and the caller connects to the address that was looked at, so that a name that
changes its mind in between (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket

from django.conf import settings

from .context import Refusal


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
