"""A forgotten password, and a first one: asking for a link, and what it leads to. Nobody learns here who has an account."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters

from enfilade.core.models import User
from enfilade.core.signin.events import place_of
from enfilade.core.signin.links import ask, mails_links, owner_of, use_link
from enfilade.core.signin.passwords import new_password_errors
from enfilade.core.signin.throttle import TooMany

from .session import CLOSED

NEW = "/sign-in/password/new/"
PASSWORD_MAX = 4096


def forgotten_view(request: HttpRequest) -> HttpResponse:
    """/sign-in/password/: a link to the address that is typed. The answer is the same for everybody, and so is what was done by then."""
    if request.method != "POST" or not mails_links():
        return _forgotten(request)
    email = request.POST.get("email", "")[:254].strip().lower()
    user = None if "\x00" in email else User.objects.filter(email=email, is_active=True).first()
    try:
        ask(user, place_of(request))
    except TooMany:
        return _forgotten(request, error=CLOSED, status=429)
    return _forgotten(request, sent=True)


def _forgotten(request: HttpRequest, *, sent: bool = False, error: str = "", status: int = 200) -> HttpResponse:
    context = {"sent": sent, "error": error, "mails": mails_links()}
    return render(request, "core/password_forgotten.html", context, status=status)


def link_view(request: HttpRequest, token: str) -> HttpResponse:
    """/sign-in/password/<link>/: keep the link in the session and go on under an address that tells it to nobody.

    Looking uses nothing up: programs that read mail open every link in it.
    """
    request.session["password_link"] = token[:1000]
    answer = HttpResponseRedirect(NEW)
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@sensitive_post_parameters()
def new_password_view(request: HttpRequest) -> HttpResponse:
    """/sign-in/password/new/: the new password twice; then sign in with it, second factor and all."""
    token = request.session.get("password_link", "")
    user = owner_of(token)
    if user is None:
        return render(request, "core/password_new.html", {"gone": True}, status=410)
    errors: dict[str, str] = {}
    if request.method == "POST":
        new, again = request.POST.get("new", "")[:PASSWORD_MAX], request.POST.get("again", "")[:PASSWORD_MAX]
        errors = new_password_errors(user, new, again)
        if not errors:
            done = use_link(token, new, place_of(request))
            request.session.pop("password_link", None)
            return render(request, "core/password_new.html", {"done": done, "gone": done is None}, status=200 if done else 410)
    return render(request, "core/password_new.html", {"email": user.email, "errors": errors}, status=422 if errors else 200)
