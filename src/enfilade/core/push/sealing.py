"""What makes a push readable for one browser and believable for its service: encryption by RFC 8291, signature by RFC 8292.

The signing key belongs to the installation. It is made of SECRET_KEY and kept nowhere, so every node has the same one, and a copy of the
database pushes nothing.
"""

from __future__ import annotations

import base64
import os
import struct
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.conf import settings
from joserfc import jwt
from joserfc.jwk import ECKey

from .rules import MESSAGE_MAX_BYTES

CURVE = ec.SECP256R1()
# The order of the curve (FIPS 186-5, P-256).
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
AUTH_BYTES = 16
SIGNED_FOR = timedelta(hours=12)


def keys_problem(p256dh: str, auth: str) -> str:
    """Why a browser can't be written to with these keys, "" where it can. Both as the browser gives them, base64url."""
    try:
        _point(p256dh)
        secret = unpacked(auth)
    except ValueError:
        return "These are no keys of a browser."
    return "" if len(secret) == AUTH_BYTES else "These are no keys of a browser."


def sealed_message(text: bytes, p256dh: str, auth: str, *, salt: bytes = b"", sender: ec.EllipticCurvePrivateKey | None = None) -> bytes:
    """The body of a push: one record of aes128gcm that only this browser opens.

    salt, sender: made anew for each message; given by the test that compares with the example of the RFC.
    Source: RFC 8291 section 3.4, RFC 8188 section 2.
    """
    salt, sender = salt or os.urandom(16), sender or ec.generate_private_key(CURVE)
    theirs, ours = unpacked(p256dh), _raw(sender.public_key())
    shared = sender.exchange(ec.ECDH(), _point(p256dh))
    secret = _derived(shared, unpacked(auth), b"WebPush: info\0" + theirs + ours, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    # The byte 2 ends the last record.
    body = AESGCM(key).encrypt(nonce, text + b"\x02", None)
    sealed = salt + struct.pack("!LB", MESSAGE_MAX_BYTES, len(ours)) + ours + body
    if len(sealed) > MESSAGE_MAX_BYTES:
        raise ValueError(f"a push of {len(sealed)} bytes is too large")
    return sealed


def authorization(endpoint: str, now: datetime) -> str:
    """The header by which a push service knows who we are, and whom to write to (PUSH_CONTACT) when we misbehave. Source: RFC 8292."""
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int((now + SIGNED_FOR).timestamp()), "sub": settings.PUSH_CONTACT}
    pem = _signing_key(settings.SECRET_KEY).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    token = jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, ECKey.import_key(pem.decode()))
    return f"vapid t={token}, k={public_key()}"


def public_key() -> str:
    """The key that browsers bind their subscription to (applicationServerKey)."""
    return packed(_raw(_signing_key(settings.SECRET_KEY).public_key()))


@lru_cache(maxsize=4)
def _signing_key(secret: str) -> ec.EllipticCurvePrivateKey:
    """Source: FIPS 186-5 A.2.1, with 128 bits more than the order has, so that no number is likelier than another."""
    bits = _derived(secret.encode(), b"enfilade.push", b"VAPID P-256", 48)
    return ec.derive_private_key(int.from_bytes(bits) % (_ORDER - 1) + 1, CURVE)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


def _point(text: str) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, unpacked(text))


def _raw(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def packed(raw: bytes) -> str:
    """Bytes as base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unpacked(text: str) -> bytes:
    """The bytes of base64url, with or without padding. Raises ValueError."""
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
