"""Signing in by another house: OpenID Connect (authorization code with PKCE), one provider, configured by the environment.

The provider says who somebody is; who has an account here, and what she may, is still said here. No account is made by it: the
first time, an account is found by an address that the provider calls verified; from then on by the provider's own number.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from django.conf import settings
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from enfilade.core.context import Refusal
from enfilade.core.models import Identity, User

TIMEOUT_S = 10
# Only what is signed by a key that the provider alone has.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
LEEWAY_S = 60
# What a provider says (RFC 8176) when it asked for more than a password.
STRONG = frozenset({"mfa", "otp", "hwk", "swk", "fpt", "face", "iris", "sc"})


class ProviderFailed(Refusal):
    """The provider did not answer, or its answer does not hold; the reason is for the log, not for who asks."""

    def __init__(self, why: str) -> None:
        super().__init__("provider_failed", "Signing in this way did not work. Try again, or use your password.")
        self.why = why


@dataclass(frozen=True)
class Claims:
    """What the provider says of a person. strong: it asked for a second factor."""

    subject: str
    email: str
    verified: bool
    strong: bool


def is_configured() -> bool:
    """Whether there is a provider."""
    return bool(settings.OIDC_ISSUER and settings.OIDC_CLIENT_ID)


def begin(back_url: str) -> tuple[str, dict[str, str]]:
    """Where to send the browser, and what to remember until it comes back."""
    found = _discover()
    kept = {"state": generate_token(43), "nonce": generate_token(43), "verifier": generate_token(64)}
    session = _session(back_url)
    url, _ = session.create_authorization_url(
        found["authorization_endpoint"], state=kept["state"], nonce=kept["nonce"], code_verifier=kept["verifier"]
    )
    return str(url), kept


def finish(back_url: str, kept: dict[str, str], given: dict[str, str]) -> Claims:
    """Exchange the code for what the provider says. Raises ProviderFailed for anything that does not hold."""
    if not hmac.compare_digest(kept["state"].encode(), given.get("state", "").encode()):
        raise ProviderFailed("state")
    if "code" not in given:
        raise ProviderFailed(given.get("error", "no code")[:100])
    found = _discover()
    try:
        token = _session(back_url).fetch_token(
            found["token_endpoint"], code=given["code"], code_verifier=kept["verifier"], timeout=TIMEOUT_S
        )
    except (AuthlibBaseError, requests.RequestException, ValueError) as error:
        raise ProviderFailed(str(error)[:200]) from error
    return _claims(found, str(token.get("id_token", "")), kept["nonce"])


def _claims(found: dict[str, Any], text: str, nonce: str) -> Claims:
    """Check signature, issuer, audience, time and nonce of an identity token."""
    keys = _get(found["jwks_uri"])
    rules = jwt.JWTClaimsRegistry(
        leeway=LEEWAY_S,
        iss={"essential": True, "value": found["issuer"]},
        aud={"essential": True, "value": settings.OIDC_CLIENT_ID},
        sub={"essential": True},
        exp={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        claims = jwt.decode(text, KeySet.import_key_set(keys), algorithms=list(ALGORITHMS)).claims  # type: ignore[arg-type]
        rules.validate(claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise ProviderFailed(f"identity token: {error}"[:200]) from error
    if claims.get("azp", settings.OIDC_CLIENT_ID) != settings.OIDC_CLIENT_ID:
        raise ProviderFailed("azp")
    ways: Any = claims.get("amr")
    strong = isinstance(ways, list) and not STRONG.isdisjoint(map(str, ways))
    email = str(claims.get("email") or "").strip().lower()
    return Claims(str(claims["sub"])[:255], email, claims.get("email_verified") is True, strong)


def account_of(claims: Claims) -> User | None:
    """The account a person has here: by the provider's number, or the first time by her verified address."""
    known = Identity.objects.select_related("user").filter(issuer=settings.OIDC_ISSUER, subject=claims.subject).first()
    if known is not None:
        return known.user if known.user.is_active else None
    if not claims.verified or not claims.email:
        return None
    user = User.objects.filter(email=claims.email, is_active=True).first()
    if user is None or Identity.objects.filter(issuer=settings.OIDC_ISSUER, user=user).exists():
        return None
    Identity.objects.create(user=user, issuer=settings.OIDC_ISSUER, subject=claims.subject)
    return user


def _session(back_url: str) -> OAuth2Session:
    return OAuth2Session(
        settings.OIDC_CLIENT_ID,
        settings.OIDC_CLIENT_SECRET or None,
        scope="openid email profile",
        redirect_uri=back_url,
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_basic" if settings.OIDC_CLIENT_SECRET else "none",
    )


def _discover() -> dict[str, Any]:
    """The provider's own description; it must speak of itself."""
    issuer = settings.OIDC_ISSUER.rstrip("/")
    found = _get(f"{issuer}/.well-known/openid-configuration")
    if str(found.get("issuer", "")).rstrip("/") != issuer:
        raise ProviderFailed("issuer of the description")
    if not {"authorization_endpoint", "token_endpoint", "jwks_uri"} <= found.keys():
        raise ProviderFailed("description without addresses")
    return found


def _get(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise ProviderFailed("not https")
    try:
        answer = requests.get(url, timeout=TIMEOUT_S, allow_redirects=False)
        answer.raise_for_status()
        found = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise ProviderFailed(str(error)[:200]) from error
    if not isinstance(found, dict):
        raise ProviderFailed("no object")
    return found
