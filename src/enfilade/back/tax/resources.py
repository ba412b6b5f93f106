"""Lists and forms of tax codes and returns."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlencode

from enfilade.core.context import Context
from enfilade.core.models import StoredFile
from enfilade.core.pages.context import department
from enfilade.core.pages.transfer import file_guard
from enfilade.core.resource import Resource, panel

from . import closing, proving  # noqa: F401 - they register themselves
from .forms import form_named
from .models import TaxCode, TaxReturn, TaxReturnBox, TaxSetting

department("tax", "Tax", "percent", 45)


class TaxCodeResource(Resource):
    """Rates by class and day."""

    model = TaxCode
    columns = ("code", "name", "tax_class", "category", "rate_percent", "country", "valid_from", "valid_until")
    filters = ("tax_class", "category", "country", "valid_from")
    search = ("code", "name")
    fields = ("tax_class", "country", "code", "name", "category", "rate_bp", "valid_from", "valid_until", "exemption_reason")
    ordering = "-valid_from"
    icon = "percent"
    empty = "Load the tax codes of your country, or add them by hand."


class TaxSettingResource(Resource):
    """How the company is taxed."""

    model = TaxSetting
    columns = ("valid_from", "basis", "interval")
    fields = ("valid_from", "basis", "interval")
    filters = ("basis", "interval")
    ordering = "-valid_from"
    icon = "sliders-horizontal"
    empty = "Say from which day on tax is owed when it is billed or when it is paid, and how often returns are made."


class TaxReturnResource(Resource):
    """Returns of all periods."""

    model = TaxReturn
    columns = ("form", "from_on", "to_on", "version", "payable_minor", "state", "filed_on", "reference")
    filters = ("state", "form", "from_on")
    search = ("reference",)
    facts = (
        "form", "from_on", "to_on", "version", "corrects", "basis", "payable_minor", "special_minor", "prepared_at", "prepared_by",
        "filed_on", "filed_by", "reference", "file", "sha256", "settlement", "settled_on", "paid_on",
    )  # fmt: skip
    lines: ClassVar = {"boxes": ("code", "label", "amount_minor")}
    ordering = "-from_on"
    verbs = ("prepare_return",)
    icon = "file-text"
    order = 5
    empty = "Prepare the return of a month or a quarter: every box is filled in from invoices and bills."


class TaxReturnBoxResource(Resource):
    """Boxes: shown on their returns, and searchable through the API."""

    model = TaxReturnBox
    columns = ("tax_return", "code", "label", "amount_minor", "tax_minor")
    filters = ("tax_return", "code")
    menu = False


@panel(on=TaxReturn, title="Behind the boxes", permission="tax.view_taxreturn", template="tax/panel_return.html", icon="list")
def behind_the_boxes(_ctx: Context, tax_return: TaxReturn) -> dict[str, Any]:
    """Where the lines, the sheet to be typed in and the proof are."""
    span = urlencode({"from_on": tax_return.from_on.isoformat(), "to_on": tax_return.to_on.isoformat()})
    return {"tax_return": tax_return, "span": span, "how": form_named(tax_return.form).how}


@file_guard
def behind_a_return(ctx: Context, row: StoredFile) -> bool:
    """Whoever sees returns may read what was frozen with one."""
    return ctx.may("tax.view_taxreturn") and TaxReturn.objects.visible_to(ctx).filter(file=row).exists()
