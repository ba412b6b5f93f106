"""Ways into the ledger that no list gives."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from enfilade.core.context import Context
from enfilade.core.resource import page


@page("post/", title="Post a journal entry", permission="ledger.post_journal", icon="pen-line", order=5)
def post(request: HttpRequest, ctx: Context) -> HttpResponse:
    """The form of the command, with a place in the menu."""
    del request, ctx
    return HttpResponseRedirect("/ledger/do/post_journal/")
