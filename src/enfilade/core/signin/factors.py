"""Second factors that are typed: codes of an authenticator app, and recovery codes for the day it is lost."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import time
from datetime import datetime

import pyotp
import segno
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from enfilade.core.access import companies_of, context_for
from enfilade.core.models import Passkey, RecoveryCode, Role, TotpDevice, User

STEP_S = 30
# Clocks of telephones are wrong by less than one interval.
DRIFT_STEPS = 1
CODES = 10
CODE_LENGTH = 10
# Letters and figures that nobody mixes up on paper.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def has_second_factor(user: User) -> bool:
    """Whether an app or a passkey stands behind the password."""
    return TotpDevice.objects.filter(user=user).exists() or Passkey.objects.filter(user=user).exists()


def needs_second_factor(user: User) -> bool:
    """Whether one of the roles that a person holds, in whatever company, asks for a second factor."""
    for company in companies_of(user):
        ctx = context_for(user, company)
        if Role.objects.filter(company=company, code__in=ctx.roles | ctx.sleeping, second_factor=True).exists():
            return True
    return False


# -- authenticator app


def new_secret() -> str:
    """160 random bits as apps take them (base32)."""
    return pyotp.random_base32()


def provisioning(secret: str, user: User) -> tuple[str, str]:
    """The address an app reads, and its QR code as an image address."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name="Enfilade")
    return uri, segno.make(uri, error="m", micro=False).svg_data_uri(scale=5, border=2, dark="#000", light="#fff")


def step_of(secret: str, code: str, at_s: float | None = None) -> int | None:
    """The interval of which `code` is the code, now or one interval to either side; None where it is none."""
    code = re.sub(r"\s", "", code)
    if not re.fullmatch(r"[0-9]{6}", code):
        return None
    now = int((time.time() if at_s is None else at_s) // STEP_S)
    totp = pyotp.TOTP(secret, interval=STEP_S)
    steps = range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1)
    return next((s for s in steps if secrets.compare_digest(totp.generate_otp(s), code)), None)


def add_totp(user: User, secret: str, code: str, now: datetime) -> bool:
    """Keep a secret once the app has shown that it knows it; it takes the place of an earlier one."""
    step = step_of(secret, code)
    if step is None:
        return False
    TotpDevice.objects.update_or_create(user=user, defaults={"sealed": _seal(secret), "made_at": now, "last_step": step})
    return True


def take_totp(user: User, code: str) -> bool:
    """Whether the code is right and was not taken before. One statement decides between two who send the same code at once."""
    device = TotpDevice.objects.filter(user=user).first()
    secret = _unseal(device.sealed) if device else None
    step = step_of(secret, code) if secret else None
    if device is None or step is None:
        return False
    return TotpDevice.objects.filter(pk=device.pk, last_step__lt=step).update(last_step=step) == 1


def _fernet() -> Fernet:
    digest = hashlib.sha256(b"enfilade.totp:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))


def _seal(secret: str) -> str:
    return _fernet().encrypt(secret.encode()).decode()


def _unseal(sealed: str) -> str | None:
    """None when the key of the house is another one by now: the app has to be set up anew."""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


# -- recovery codes


@transaction.atomic
def make_codes(user: User) -> list[str]:
    """Ten new codes in the place of all earlier ones; their texts are returned once."""
    texts = ["".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH)) for _ in range(CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_code_digest(user, text)) for text in texts)
    return [f"{text[:5]}-{text[5:]}" for text in texts]


def take_code(user: User, code: str, now: datetime) -> bool:
    """Whether it is an unused code of the person; it is used up by that."""
    text = re.sub(r"[\s-]", "", code).lower()
    if len(text) != CODE_LENGTH:
        return False
    return RecoveryCode.objects.filter(user=user, digest=_code_digest(user, text), used_at=None).update(used_at=now) == 1


def codes_left(user: User) -> int:
    """How many recovery codes are unused."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def _code_digest(user: User, text: str) -> str:
    """Slow on purpose (scrypt, 16 MB): fifty random bits are few for who has a copy of the database and of the key of the house."""
    salt = salted_hmac("enfilade.recovery", str(user.pk), algorithm="sha256").digest()
    return hashlib.scrypt(text.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32).hex()
