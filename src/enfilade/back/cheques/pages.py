"""A cheque as PDF, to be printed onto its form."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from enfilade.core.context import Context, NotFound
from enfilade.core.files import pdf_response
from enfilade.core.resource import page

from .models import WrittenCheque
from .printing import cheque_pdf


@page("cheques/<int:pk>/pdf/", title="Cheque as PDF", permission="cheques.view_writtencheque", menu=False)
def cheque_as_pdf(request: HttpRequest, ctx: Context, pk: int) -> HttpResponse:
    """The cheque at /cheques/cheques/<pk>/pdf/; of a spoiled form there is none."""
    del request
    cheque = WrittenCheque.objects.visible_to(ctx).select_related("payee", "book", "payment").filter(pk=pk).first()
    if cheque is None or cheque.payee is None:
        raise NotFound("cheque", pk)
    return pdf_response(cheque_pdf(ctx, cheque, cheque.payee), str(cheque.number))
