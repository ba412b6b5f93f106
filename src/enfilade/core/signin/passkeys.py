"""Passkeys (WebAuthn level 2): registering one, and being let in by one, as the second factor or alone.

The ceremony is fido2's; here is what it is asked for, and what is kept. A passkey that lets in alone must have verified its
person (PIN, finger, face); the one that follows a password need not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestationConveyancePreference,
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from enfilade.core.models import Passkey, User

# A credential as a browser sends it is a few kilobytes.
RESPONSE_MAX = 32_000


def server_for(host: str, secure: bool) -> Fido2Server:
    """The relying party of the name under which the site was called; its origin must be that very one.

    host: as the browser sent it, port included; it was checked against ALLOWED_HOSTS.
    """
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() and ":" in host else host
    origin = f"{'https' if secure else 'http'}://{host}"
    return Fido2Server(
        PublicKeyCredentialRpEntity(id=name, name="Enfilade"),
        attestation=AttestationConveyancePreference.NONE,
        verify_origin=lambda given: given == origin,
    )


def begin_adding(server: Fido2Server, user: User) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the browser is asked, and what to remember until it answers."""
    entity = PublicKeyCredentialUserEntity(id=handle_of(user), name=user.email, display_name=user.name)
    options, state = server.register_begin(
        entity,
        [AttestedCredentialData(bytes(p.public)) for p in Passkey.objects.filter(user=user)],
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return dict(options), _plain(state)


def finish_adding(server: Fido2Server, user: User, state: dict[str, Any], text: str, name: str, now: datetime) -> Passkey | None:
    """Keep the passkey that the browser made; None when the answer does not fit the question."""
    response = _read(text)
    if response is None:
        return None
    try:
        data = server.register_complete(state, response)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    credential = data.credential_data
    if credential is None:
        return None
    return Passkey.objects.create(
        user=user, name=name, credential_id=credential.credential_id, public=bytes(credential), sign_count=data.counter, made_at=now
    )


def begin_asking(server: Fido2Server, user: User | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Ask for a passkey: one of this person's as the second factor, or with None any that this browser offers, with its person verified.

    Why no list without a person: which passkeys an account has would say that there is an account.
    """
    known = [AttestedCredentialData(bytes(p.public)) for p in Passkey.objects.filter(user=user)] if user else None
    verify = UserVerificationRequirement.DISCOURAGED if user else UserVerificationRequirement.REQUIRED
    options, state = server.authenticate_begin(known, user_verification=verify)
    return dict(options), _plain(state)


def finish_asking(server: Fido2Server, state: dict[str, Any], text: str, now: datetime, user: User | None) -> Passkey | None:
    """The passkey that answered, noted as used; None for a wrong answer, a copied key, or one of somebody else than `user`."""
    response = _read(text)
    if response is None:
        return None
    try:
        answer = AuthenticationResponse.from_dict(response)
        rows = Passkey.objects.select_related("user").filter(credential_id=bytes(answer.raw_id), user__is_active=True)
        passkey = (rows.filter(user=user) if user else rows).first()
        if passkey is None:
            return None
        server.authenticate_complete(state, [AttestedCredentialData(bytes(passkey.public))], answer)
        count, handle = answer.response.authenticator_data.counter, answer.response.user_handle
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if handle and bytes(handle) != handle_of(passkey.user):
        return None
    # A counter that does not rise means that the key exists twice; zero means that the authenticator keeps none.
    risen = Q(sign_count__lt=count) if count else Q(sign_count=0)
    if not Passkey.objects.filter(risen, pk=passkey.pk).update(sign_count=count, last_used_at=now):
        return None
    return passkey


def handle_of(user: User) -> bytes:
    """What an authenticator keeps of the person: a number that says nothing about her."""
    return f"enfilade:{user.pk}".encode()


def _read(text: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(text) if len(text) <= RESPONSE_MAX else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _plain(state: Mapping[str, Any]) -> dict[str, Any]:
    """What a session can keep."""
    verify = state["user_verification"]
    return {"challenge": state["challenge"], "user_verification": str(getattr(verify, "value", verify)) if verify else None}
