"""OpenID Connect against a live provider (oidc-provider-mock, served in this test): code with PKCE, and every answer that does not hold."""

from __future__ import annotations

import base64
import json
import time
import warnings
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
import requests
from django.test import Client
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from enfilade.core.context import Context
from enfilade.core.models import Identity
from enfilade.core.signin import factors, oidc

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from oidc_provider_mock import User, run_server_in_thread

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
BACK = "http://testserver/sign-in/provider/back/"


@pytest.fixture
def provider(settings: Any, owner: Context) -> Iterator[str]:
    """A provider that knows the owner by her verified address, and others less well."""
    people = [
        User(sub="77", claims={"email": owner.user.email.upper(), "email_verified": True}),
        User(sub="78", claims={"email": owner.user.email, "email_verified": False}),
        User(sub="79", claims={"email": "nobody@elsewhere.test", "email_verified": True}),
        User(sub="80", claims={"email": owner.user.email, "email_verified": True, "amr": ["pwd", "mfa"]}),
    ]
    with run_server_in_thread(user_claims=people, require_nonce=True) as server:
        settings.OIDC_ISSUER = f"http://localhost:{server.server_port}"
        settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET, settings.OIDC_NAME = "enfilade", "a secret", "Lindenhof ID"
        yield settings.OIDC_ISSUER


def ask(browser: Client, target: str = "/item/items/") -> str:
    """The provider's page to which the browser is sent."""
    return str(browser.get("/sign-in/provider/", {"next": target})["Location"])


def consent(url: str, subject: str) -> dict[str, str]:
    """What the provider sends back when the person with this number agrees."""
    answer = requests.post(url, data={"sub": subject}, allow_redirects=False, timeout=10)
    return {k: v[0] for k, v in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def come_back(browser: Client, given: dict[str, str]) -> Any:
    """The browser brings the answer."""
    return browser.get("/sign-in/provider/back/", given)


def test_signing_in_by_the_provider(provider: str, owner: Context) -> None:
    """The first time by her verified address, then by the provider's number, even when the address has changed."""
    browser = Client()
    assert "Lindenhof ID" in browser.get("/sign-in/").content.decode()
    url = ask(browser)
    asked = parse_qs(urlsplit(url).query)
    assert (asked["code_challenge_method"], asked["response_type"], asked["redirect_uri"]) == (["S256"], ["code"], [BACK])
    assert len(asked["state"][0]) >= 40
    answer = come_back(browser, consent(url, "77"))
    assert (answer.status_code, answer["Location"]) == (302, "/item/items/")
    assert browser.get("/item/items/").status_code == 200
    assert Identity.objects.get(subject="77").user == owner.user
    owner.user.email = "new@example.test"
    owner.user.save()
    again = Client()
    assert come_back(again, consent(ask(again), "77")).status_code == 302
    assert again.get("/item/items/").status_code == 200


@pytest.mark.parametrize("subject", ["78", "79"])
def test_who_has_no_account_gets_none(provider: str, owner: Context, subject: str) -> None:
    """An address that the provider did not verify is nobody's, and nobody is made."""
    browser = Client()
    answer = come_back(browser, consent(ask(browser), subject))
    assert answer.status_code == 403
    assert b"There is no account here" in answer.content
    assert "_auth_user_id" not in browser.session
    assert not Identity.objects.filter(subject=subject).exists()


def test_an_account_belongs_to_one_person_of_the_provider(provider: str, owner: Context) -> None:
    """A second number with the same address takes nothing over."""
    first, second = Client(), Client()
    come_back(first, consent(ask(first), "77"))
    assert come_back(second, consent(ask(second), "80")).status_code == 403


def test_a_second_factor_of_ours_is_asked_for_unless_the_provider_did(provider: str, owner: Context) -> None:
    secret = factors.new_secret()
    app = pyotp.TOTP(secret)
    factors.add_totp(owner.user, secret, app.at(int(time.time()) - 30), timezone.now())
    browser = Client()
    assert come_back(browser, consent(ask(browser), "77"))["Location"] == "/sign-in/second/"
    assert browser.get("/item/items/").status_code == 302
    assert browser.post("/sign-in/second/", {"code": app.now()})["Location"] == "/item/items/"
    Identity.objects.filter(user=owner.user).update(subject="80")
    strong = Client()
    assert come_back(strong, consent(ask(strong), "80"))["Location"] == "/item/items/"


def test_an_answer_counts_once_and_in_the_browser_that_asked(provider: str, owner: Context) -> None:
    """Another state, another browser, the same answer twice, no question at all, a refusal: nobody is in."""
    browser, victim = Client(), Client()
    given = consent(ask(browser), "77")
    assert come_back(victim, given).status_code == 422
    ask(victim)
    assert come_back(victim, given).status_code == 422
    assert come_back(browser, {**given, "state": "x"}).status_code == 422
    assert come_back(browser, given).status_code == 422
    denied = Client()
    ask(denied)
    state = denied.session["provider"]["state"]
    assert come_back(denied, {"state": state, "error": "access_denied"}).status_code == 422
    assert come_back(Client(), {}).status_code == 422
    for one in (browser, victim, denied):
        assert "_auth_user_id" not in one.session


def test_a_code_without_its_verifier_is_worth_nothing(provider: str, owner: Context) -> None:
    """Whoever catches the code on its way can't use it (PKCE)."""
    browser = Client()
    given = consent(ask(browser), "77")
    session = browser.session
    session["provider"] = {**session["provider"], "verifier": "x" * 64, "nonce": "another"}
    session.save()
    assert come_back(browser, given).status_code == 422


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_the_way_back_leads_to_no_other_site(provider: str, owner: Context, target: str) -> None:
    browser = Client()
    assert come_back(browser, consent(ask(browser, target), "77"))["Location"] == "/"


def test_identity_tokens_that_do_not_hold(provider: str) -> None:
    """Another key, issuer, audience, nonce, an old one, none at all, and a signature by what everybody knows."""
    key, other = RSAKey.generate_key(2048, {"kid": "k"}), RSAKey.generate_key(2048, {"kid": "k"})
    public = KeySet([key]).as_dict(private=False)
    found = {"issuer": provider, "jwks_uri": f"{provider}/jwks"}
    now = int(time.time())
    good = {"iss": provider, "aud": "enfilade", "sub": "1", "exp": now + 300, "nonce": "n", "email": "a@b.test", "email_verified": True}

    def check(claims: dict[str, Any], signed_by: Any = key, alg: str = "RS256") -> oidc.Claims:
        text = jwt.encode({"alg": alg, "kid": "k"}, claims, signed_by, algorithms=[alg])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(oidc, "_get", lambda url: public)
            return oidc._claims(found, text, "n")

    assert check(good) == oidc.Claims("1", "a@b.test", True, False)
    shared = OctKey.import_key(json.dumps(public["keys"][0]))
    for claims, by, alg in (
        (good, other, "RS256"),
        ({**good, "iss": "http://localhost:1"}, key, "RS256"),
        ({**good, "aud": "somebody else"}, key, "RS256"),
        ({**good, "nonce": "m"}, key, "RS256"),
        ({**good, "exp": now - 120}, key, "RS256"),
        ({**good, "azp": "somebody else"}, key, "RS256"),
        ({k: v for k, v in good.items() if k != "exp"}, key, "RS256"),
        ({k: v for k, v in good.items() if k != "sub"}, key, "RS256"),
        (good, shared, "HS256"),
    ):
        with pytest.raises(oidc.ProviderFailed):
            check(claims, by, alg)
    unsigned = ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in ({"alg": "none"}, good)) + "."
    for text in ("", "x", unsigned):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(oidc, "_get", lambda url: public)
            with pytest.raises(oidc.ProviderFailed):
                oidc._claims(found, text, "n")


def test_without_a_provider_or_with_a_silent_one(settings: Any, client: Client) -> None:
    """A sentence, and the password still works; plain http is spoken with nobody but this machine."""
    assert client.get("/sign-in/provider/").status_code == 404
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID = "http://localhost:9", "enfilade"
    assert client.get("/sign-in/provider/").status_code == 503
    settings.OIDC_ISSUER = "http://provider.example"
    assert client.get("/sign-in/provider/").status_code == 503
