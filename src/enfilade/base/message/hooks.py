"""Mail that a service brings us by web hook: the body is the mail as it came over the wire."""

from __future__ import annotations

import io

from django.http import HttpRequest, HttpResponse, JsonResponse

from enfilade.core import files
from enfilade.core.context import Context
from enfilade.core.http.hooks import hook, require_signature
from enfilade.core.scope import scope
from enfilade.core.sealed import unseal

from .commands import take_mail
from .commands.fetching import HOOK
from .models import Mailbox


@hook("mail")
def take_by_hook(ctx: Context, pk: int, request: HttpRequest) -> HttpResponse:
    """POST /hooks/<company>/mail/<mailbox>/. Answers 200 with the reference of the message, also when it was here already."""
    with scope(ctx.company_id, read_only=True):
        mailbox = Mailbox.objects.visible_to(ctx).filter(pk=pk, active=True).first()
    sealed = mailbox.sealed_hook if mailbox is not None else ""
    # Read, not request.body: a mail may be larger than a form, and the size was looked at before.
    body = request.read()
    require_signature(request, unseal(sealed, HOOK) if sealed else None, body, ctx.now)
    with scope(ctx.company_id):
        stored = files.store(ctx, "mail.eml", io.BytesIO(body))
    message = take_mail(ctx, mailbox=pk, file=stored)
    return JsonResponse({"ref": f"message.mail:{message.pk}", "message_id": message.message_id})
