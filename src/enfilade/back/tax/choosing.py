"""Which tax is on each line of a sale: proposed from seller, customer, item and day, or overruled with a reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from babel import Locale, UnknownLocaleError

from enfilade.base.money.queries import convert
from enfilade.base.party.models import Address, Party
from enfilade.core.context import Context, Refusal

from .known import UNION, rate_abroad, untaxed
from .models import TaxCode, TaxSetting, VatCheck
from .queries import import_scheme_on, setting_on, taxes_for
from .treatment import (
    AT_HOME,
    CONSIGNMENT_LIMIT_MINOR,
    DISTANCE_LIMIT_MINOR,
    NORTHERN_IRELAND,
    Customer,
    Kind,
    Proposal,
    Supply,
    Treatment,
    VatState,
    country_of_vat_id,
    is_distance,
    is_imported,
    propose,
    read_vat_id,
    vat_state,
)


@dataclass(frozen=True, slots=True)
class Wish:
    """A line whose tax is wanted. treatment: where somebody overrules the proposal, for a reason. field: path of the line."""

    supply: Supply
    net_minor: int
    treatment: str = ""
    reason: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The tax of a line.

    tax_class: by which it is posted, that of the item at home and the treatment's own elsewhere. country: whose tax it is, "" for our own.
    reason, code: why nothing is charged, in words and of the VATEX list. why: the proposal in a sentence. overruled: why another holds.
    """

    treatment: Treatment
    tax_class: str
    category: str
    rate_bp: int
    reason: str = ""
    code: str = ""
    country: str = ""
    why: str = ""
    overruled: str = ""


# A year -> what was sold in it to consumers of other member states, without tax.
Sold = Callable[[int], int]


def customer_of(ctx: Context, party: Party, address: Address | None) -> Customer:
    """A customer as the law on the place of supply sees it; the country is that of the address, or of the VAT id where there is none.

    Why: a person with a VAT id that is right by its check digits acts as a business.
    """
    vat_id = read_vat_id(party.tax_number)
    country = address.country if address is not None else ""
    said = vat_state(vat_id, country or country_of_vat_id(vat_id))
    if not country and said is VatState.VALID:
        country = "GB" if vat_id.startswith(NORTHERN_IRELAND) else country_of_vat_id(vat_id)
    if said in {VatState.VALID, VatState.ELSEWHERE} and country != ctx.company.country and denied(ctx, [party.pk]).get(party.pk) == vat_id:
        said = VatState.DENIED
    business = party.kind == Party.Kind.ORGANISATION or said in {VatState.VALID, VatState.ELSEWHERE}
    return Customer(country, business, vat_id, said, country_name(country, ctx.company.language))


def denied(ctx: Context, parties: Sequence[int]) -> dict[int, str]:
    """The VAT ids of which an authority said last that they are not valid. Shape: party -> VAT id."""
    rows = VatCheck.objects.visible_to(ctx).filter(party__in=parties).order_by("party", "vat_id", "-checked_on", "-pk")
    last = rows.distinct("party", "vat_id").values_list("party_id", "vat_id", "answer")
    return {party: vat_id for party, vat_id, answer in last if answer == VatCheck.Answer.INVALID}


def country_name(country: str, language: str) -> str:
    """The name of a country in a language."""
    try:
        return str(Locale.parse(language.replace("-", "_")).territories.get(country, country))
    except (UnknownLocaleError, ValueError):
        return str(Locale("en").territories.get(country, country))


def choose(ctx: Context, customer: Customer, wishes: Sequence[Wish], on: date, sold: Sold, currency: str = "") -> list[Chosen]:
    """The tax of each line of a sale on a day. What is sold at once is taken for one consignment.

    currency: of the amounts, the company's own when left out.
    Refuses: no_tax_code, no_reason, no_rate_there, not_imported, no_import_scheme, above_consignment; each with the path of the line.
    """
    seller = ctx.company.country
    oss = above = False
    distant = [wish.net_minor for wish in wishes if is_distance(seller, customer, wish.supply)]
    if distant:
        oss = setting_on(ctx, on).distance == TaxSetting.Distance.OSS
        above = not oss and passed(ctx, on, sum(distant), sold)
    ioss = _imports(ctx, customer, wishes, on, currency)
    proposals = [propose(seller, customer, wish.supply, oss=oss, above=above, ioss=ioss) for wish in wishes]
    codes = taxes_for(ctx, {wish.supply.tax_class for wish in wishes}, on) if wishes else {}
    return [
        _chosen(ctx, customer, wish, proposal, codes[wish.supply.tax_class], on) for wish, proposal in zip(wishes, proposals, strict=True)
    ]


def _imports(ctx: Context, customer: Customer, wishes: Sequence[Wish], on: date, currency: str) -> bool:
    """Whether goods of a sale can be in the Import One-Stop Shop; of a wish for it that the law does not allow, the refusal.

    Source: Directive 2006/112/EC art. 369l; the intrinsic value is that of the goods without transport, insurance and taxes (Delegated
    Regulation (EU) 2015/2446 art. 1 (48)).
    """
    wanted = next((wish for wish in wishes if wish.treatment == Treatment.IOSS), None)
    goods = [wish.net_minor for wish in wishes if is_imported(customer, wish.supply)]
    if wrong := next((w for w in wishes if w.treatment == Treatment.IOSS and not is_imported(customer, w.supply)), None):
        said = "Only goods that are sent to a consumer in the Union are in the Import One-Stop Shop."
        raise Refusal("not_imported", said, field=f"{wrong.field}.treatment")
    if not goods or (wanted is None and ctx.company.country in UNION):
        return False
    if import_scheme_on(ctx, on) is None:
        if wanted is not None:
            said = "The company is not registered for the Import One-Stop Shop on this day; enter its IOSS number."
            raise Refusal("no_import_scheme", said, field=f"{wanted.field}.treatment")
        return False
    above = convert(ctx, sum(goods), currency or ctx.company.currency, "EUR", on) > CONSIGNMENT_LIMIT_MINOR
    if above and wanted is not None:
        said = "The goods of a consignment in the Import One-Stop Shop are worth 150 EUR at most, without tax and transport."
        raise Refusal("above_consignment", said, field=f"{wanted.field}.treatment")
    return not above


def passed(ctx: Context, on: date, net_minor: int, sold: Sold) -> bool:
    """Whether sales to consumers of other member states are above 10,000 EUR, this one included, or were last year.

    Why: known where the books are in EUR only; who keeps them in another currency says by the way of taxation where such sales are taxed.
    """
    if ctx.company.currency != "EUR":
        return False
    return sold(on.year) + net_minor > DISTANCE_LIMIT_MINOR or sold(on.year - 1) > DISTANCE_LIMIT_MINOR


def _chosen(ctx: Context, customer: Customer, wish: Wish, proposal: Proposal, code: TaxCode, on: date) -> Chosen:
    treatment, overruled = proposal.treatment, ""
    if wish.treatment and wish.treatment != treatment:
        if not wish.reason.strip():
            raise Refusal("no_reason", "Say why the tax is another one than proposed.", field=f"{wish.field}.treatment_reason")
        treatment, overruled = Treatment(wish.treatment), wish.reason.strip()
    if treatment in AT_HOME:
        return Chosen(
            treatment, code.tax_class, code.category, code.rate_bp, code.exemption_reason, code.exemption_code,
            why=proposal.why, overruled=overruled,
        )  # fmt: skip
    if treatment is Treatment.OSS:
        rate, posted = _rate_there(ctx, customer.country, wish, on), "oss" if wish.supply.kind is Kind.GOODS else "oss_services"
        return Chosen(treatment, posted, "S", rate, country=customer.country, why=proposal.why, overruled=overruled)
    if treatment is Treatment.IOSS:
        rate = _rate_there(ctx, customer.country, wish, on)
        return Chosen(treatment, treatment.value, "S", rate, country=customer.country, why=proposal.why, overruled=overruled)
    said = untaxed(treatment, ctx.company.country)
    return Chosen(treatment, treatment.value, said.category, 0, said.words, said.code, why=proposal.why, overruled=overruled)


def _rate_there(ctx: Context, country: str, wish: Wish, on: date) -> int:
    """What a member state charges: as the company recorded it, else as the house knows it."""
    try:
        return int(taxes_for(ctx, [wish.supply.tax_class], on, country)[wish.supply.tax_class].rate_bp)
    except Refusal:
        rate = rate_abroad(country, wish.supply.tax_class, on) if country in UNION else None
    if rate is None:
        raise Refusal("no_rate_there", f"No rate of {country} is known on {on:%Y-%m-%d}; add a tax code of that country.", field=wish.field)
    return rate
