"""Lists and forms of tax codes and returns."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlencode

from enfilade.base.party.models import Party
from enfilade.core.context import Context
from enfilade.core.files import file_guard
from enfilade.core.models import StoredFile
from enfilade.core.pages.context import department
from enfilade.core.resource import Resource, panel

from . import closing, proving  # noqa: F401 - they register themselves
from .forms import form_named
from .known import UNION
from .models import ImportScheme, TaxCode, TaxReturn, TaxReturnBox, TaxSetting, VatCheck, WithholdingKind
from .parts import hints_of
from .treatment import NORTHERN_IRELAND, VatState, country_of_vat_id, read_vat_id, vat_state

department("tax", "Tax", "percent", 45)


class TaxCodeResource(Resource):
    """Rates by class and day."""

    model = TaxCode
    columns = ("code", "name", "tax_class", "category", "rate_percent", "country", "valid_from", "valid_until")
    filters = ("tax_class", "category", "country", "valid_from")
    search = ("code", "name")
    fields = (
        "tax_class", "country", "code", "name", "category", "rate_bp", "valid_from", "valid_until", "exemption_reason",
        "exemption_code",
    )  # fmt: skip
    ordering = "-valid_from"
    icon = "percent"
    empty = "Load the tax codes of your country, or add them by hand."


class TaxSettingResource(Resource):
    """How the company is taxed."""

    model = TaxSetting
    columns = ("valid_from", "basis", "deduction", "interval", "distance", "rounding")
    fields = ("valid_from", "basis", "deduction", "interval", "distance", "rounding", "advance_class")
    filters = ("basis", "deduction", "interval", "distance", "rounding")
    ordering = "-valid_from"
    icon = "sliders-horizontal"
    empty = "Say from which day on tax is owed when it is billed or when it is paid, and how often returns are made."


class ImportSchemeResource(Resource):
    """Under which numbers the company declares sales of imported goods."""

    model = ImportScheme
    columns = ("number", "valid_from", "valid_until", "intermediary")
    fields = ("number", "valid_from", "valid_until", "intermediary")
    search = ("number",)
    ordering = "-valid_from"
    icon = "ship"
    order = 65
    empty = "Enter your IOSS number if you sell goods of up to 150 EUR from outside the Union to consumers in it."


class VatCheckResource(Resource):
    """What authorities answered about VAT ids."""

    model = VatCheck
    columns = ("checked_on", "party", "vat_id", "answer", "reference", "checked_by")
    filters = ("answer", "party", "checked_on")
    search = ("vat_id", "party__name", "reference")
    facts = ("party", "vat_id", "answer", "checked_on", "checked_by", "reference", "said")
    ordering = "-checked_on"
    icon = "badge-check"
    empty = "Ask VIES or your authority about a customer's VAT number on its own page, and record the answer on the customer."


class WithholdingKindResource(Resource):
    """What is kept back of bills of suppliers, by law and day."""

    model = WithholdingKind
    columns = ("code", "name", "rate_percent", "base", "country", "valid_from", "valid_until", "paid_to")
    fields = ("code", "name", "country", "base", "rate_percent", "valid_from", "valid_until", "authority", "paid_to", "source")
    filters = ("country", "base", "code")
    search = ("code", "name", "source", "authority")
    ordering = "code"
    verbs = ("load_withholding_kinds",)
    icon = "hand-coins"
    order = 60
    empty = "Load the kinds of your country, or add them by hand; then say on a supplier which one applies."


class TaxReturnResource(Resource):
    """Returns of all periods."""

    model = TaxReturn
    columns = ("form", "from_on", "to_on", "version", "payable_minor", "state", "filed_on", "reference")
    filters = ("state", "form", "from_on")
    search = ("reference",)
    facts = (
        "form", "from_on", "to_on", "version", "corrects", "basis", "payable_minor", "worth_minor", "special_minor", "prepared_at",
        "prepared_by", "filed_on", "filed_by", "reference", "file", "sha256", "settlement", "settled_on", "paid_on",
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
def behind_the_boxes(ctx: Context, tax_return: TaxReturn) -> dict[str, Any]:
    """Where the lines, the sheet to be typed in and the proof are; and what may be missing, as long as it is not filed."""
    span = urlencode({"from_on": tax_return.from_on.isoformat(), "to_on": tax_return.to_on.isoformat()})
    form = form_named(tax_return.form)
    asks = tax_return.state == TaxReturn.State.PREPARED and form.taxed == "home" and not form.by
    hints = hints_of(ctx, tax_return.from_on, tax_return.to_on) if asks else []
    return {"tax_return": tax_return, "span": span, "how": form.how, "hints": hints}


@panel(on=Party, title="VAT number", permission="tax.view_vatcheck", template="tax/panel_vat_id.html", icon="badge-check")
def vat_number(ctx: Context, party: Party) -> dict[str, Any] | None:
    """What the VAT number of a party is worth: by its form and check digits, and as the authority said last."""
    vat_id = read_vat_id(party.tax_number)
    country = country_of_vat_id(vat_id)
    if not country or not (country in UNION or country == NORTHERN_IRELAND):
        return None
    last = (
        VatCheck.objects.visible_to(ctx)
        .filter(party=party, vat_id=vat_id)
        .select_related("checked_by")
        .order_by("-checked_on", "-pk")
        .first()
    )
    return {"vat_id": vat_id, "wrong": vat_state(vat_id, country) is VatState.WRONG, "last": last, "party": party}


@file_guard
def behind_a_return(ctx: Context, row: StoredFile) -> bool:
    """Whoever sees returns may read what was frozen with one."""
    return ctx.may("tax.view_taxreturn") and TaxReturn.objects.visible_to(ctx).filter(file=row).exists()
