"""How a sale is taxed, from who sells what to whom. Pure: no database, no clock.

Source: Directive 2006/112/EC art. 31 to 33 (goods), 44 and 45 (services), 47 to 56 (where they are done), 58 and 59c (electronic services,
10,000 EUR), 138, 146, 194 to 199; the same in §§ 3 to 3c, 4, 6, 6a, 13b UStG.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from stdnum import exceptions
from stdnum.eu import vat

from .known import UNION

NORTHERN_IRELAND = "XI"
# Sales a year to consumers in other member states up to which they may be taxed at home, in cents of EUR without tax (art. 59c).
DISTANCE_LIMIT_MINOR = 1_000_000
# Intrinsic value of a consignment up to which imported goods are in the Import One-Stop Shop, in cents of EUR without tax (art. 369l).
CONSIGNMENT_LIMIT_MINOR = 15_000


class Treatment(StrEnum):
    """How a line is taxed. TRIANGULAR is never proposed, since nobody here knows whence goods are sent: a person says so. The same holds
    for IOSS where the company is in the Union; goods of one that is not are sent from where it is.

    Source: Directive 2006/112/EC art. 141 and 197, § 25b UStG: the one in the middle taxes no acquisition, and the customer owes the tax.
    Art. 369l to 369x, § 18k UStG: goods of up to 150 EUR a consignment that are imported for consumers, and are no excise goods.
    """

    DOMESTIC = "domestic"
    EXEMPT = "exempt"
    INTRA = "intra"
    EXPORT = "export"
    REVERSE_EU = "reverse_eu"
    REVERSE_HOME = "reverse_home"
    TRIANGULAR = "triangular"
    DISTANCE = "distance"
    OSS = "oss"
    IOSS = "ioss"
    OUTSIDE = "outside"


LABELS = {
    Treatment.DOMESTIC: "Taxed here",
    Treatment.EXEMPT: "Exempt from tax",
    Treatment.INTRA: "Intra-community supply of goods",
    Treatment.EXPORT: "Export of goods",
    Treatment.REVERSE_EU: "Service to a business in the Union, which owes the tax",
    Treatment.REVERSE_HOME: "Domestic reverse charge: the customer owes the tax",
    Treatment.TRIANGULAR: "Triangular deal: goods go straight to a business in the Union, which owes the tax",
    Treatment.DISTANCE: "Sale to a consumer in the Union, taxed here below the threshold",
    Treatment.OSS: "Sale to a consumer in the Union, taxed there (One-Stop Shop)",
    Treatment.IOSS: "Goods imported for a consumer in the Union, taxed there (Import One-Stop Shop)",
    Treatment.OUTSIDE: "Outside the tax of this country",
}
# At home, with the class of the item; the others have one class of their own, by which they are posted.
AT_HOME = frozenset({Treatment.DOMESTIC, Treatment.EXEMPT, Treatment.DISTANCE})
# These rest on the VAT id of the customer, and are told in the EC sales list.
NEEDS_VAT_ID = frozenset({Treatment.INTRA, Treatment.REVERSE_EU, Treatment.TRIANGULAR})


class VatState(StrEnum):
    """What is known of a VAT id: none, wrong by its form or check digits, of another country, denied by the authority, or valid."""

    NONE = "none"
    WRONG = "wrong"
    ELSEWHERE = "elsewhere"
    DENIED = "denied"
    VALID = "valid"


class Kind(StrEnum):
    """What is supplied, as the law on the place of supply sees it. ON_SITE: where it is done; REVERSE: owed by businesses at home."""

    GOODS = "goods"
    SERVICE = "service"
    DIGITAL = "digital"
    ON_SITE = "on_site"
    REVERSE = "reverse"


@dataclass(frozen=True, slots=True)
class Customer:
    """country: ISO 3166-1 alpha-2, "" where it is not known. name_of_country: in the language of the company."""

    country: str
    business: bool
    vat_id: str = ""
    vat_state: VatState = VatState.NONE
    name_of_country: str = ""


@dataclass(frozen=True, slots=True)
class Supply:
    """One thing that is sold. stays: goods that are handed over here and not sent."""

    kind: Kind
    tax_class: str
    stays: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """How a line is taxed and why, in one sentence."""

    treatment: Treatment
    why: str


def read_vat_id(text: str) -> str:
    """Capitals and figures only, as a VAT id is compared."""
    return "".join(c for c in text if c.isalnum()).upper()


def country_of_vat_id(vat_id: str) -> str:
    """The country that a VAT id names: GR for EL, XI for Northern Ireland; "" where it begins with no letters."""
    head = vat_id[:2]
    return "GR" if head == "EL" else head if head.isalpha() else ""


def vat_state(vat_id: str, country: str, *, denied: bool = False) -> VatState:
    """What a VAT id is worth for a customer of a country: its form and its check digits, as each member state defines them.

    denied: the authority said that it is not valid.
    """
    if not vat_id:
        return VatState.NONE
    try:
        vat.validate(vat_id)
    except exceptions.ValidationError:
        return VatState.WRONG
    if denied:
        return VatState.DENIED
    said = country_of_vat_id(vat_id)
    return VatState.VALID if said == country or (said == NORTHERN_IRELAND and country == "GB") else VatState.ELSEWHERE


def is_distance(seller: str, customer: Customer, supply: Supply) -> bool:
    """Whether this is a sale to a consumer of another member state that is taxed there above the threshold."""
    sent = supply.kind is Kind.GOODS and not supply.stays
    abroad = customer.country != seller and seller in UNION and customer.country in UNION
    return abroad and not customer.business and supply.tax_class != "exempt" and (sent or supply.kind is Kind.DIGITAL)


def is_imported(customer: Customer, supply: Supply) -> bool:
    """Whether this may be a sale under the Import One-Stop Shop, if the goods come from outside the Union."""
    goods = supply.kind is Kind.GOODS and not supply.stays and supply.tax_class != "exempt"
    return goods and customer.country in UNION and not customer.business


def propose(seller: str, customer: Customer, supply: Supply, *, oss: bool = False, above: bool = False, ioss: bool = False) -> Proposal:
    """How the law taxes a supply.

    oss: the company takes part in the One-Stop Shop, or wants the rates of the destination. above: the threshold is passed.
    ioss: the company takes part in the Import One-Stop Shop, and the consignment is worth no more than 150 EUR.
    """
    if supply.tax_class == "exempt":
        return Proposal(Treatment.EXEMPT, "Exempt from tax, whoever the customer is.")
    if supply.kind is Kind.ON_SITE:
        return Proposal(Treatment.DOMESTIC, "Taxed where it is done, which is here.")
    if not customer.country:
        return Proposal(Treatment.DOMESTIC, "No country of the customer is known: taxed here.")
    if customer.country == seller:
        if supply.kind is Kind.REVERSE and customer.business:
            return Proposal(Treatment.REVERSE_HOME, "A business in this country owes the tax itself: domestic reverse charge.")
        return Proposal(Treatment.DOMESTIC, "The customer is in this country: taxed here.")
    if supply.kind is Kind.GOODS:
        return _goods(seller, customer, supply, oss=oss, above=above, ioss=ioss)
    return _service(seller, customer, supply, oss=oss, above=above)


def _goods(seller: str, customer: Customer, supply: Supply, *, oss: bool, above: bool, ioss: bool) -> Proposal:
    if supply.stays:
        return Proposal(Treatment.DOMESTIC, "Goods that are handed over here: taxed here.")
    where = customer.name_of_country or customer.country
    in_union = customer.country in UNION or (customer.country == "GB" and customer.vat_id.startswith(NORTHERN_IRELAND))
    if ioss and seller not in UNION and is_imported(customer, supply):
        return Proposal(Treatment.IOSS, f"Goods imported for a consumer in {where}: taxed at the rate of {where}, Import One-Stop Shop.")
    if seller not in UNION or not in_union:
        return Proposal(Treatment.EXPORT, f"Goods sent to {where}: export, no tax, with a proof of export.")
    if not customer.business:
        return _distance(customer, "Goods", oss=oss, above=above)
    if customer.vat_state is VatState.VALID:
        return Proposal(Treatment.INTRA, f"Goods to a business in {where} with a valid VAT number: intra-community supply, no tax.")
    return Proposal(Treatment.DOMESTIC, f"Goods to a business in {where} without a valid VAT number of that country: taxed here.")


def _service(seller: str, customer: Customer, supply: Supply, *, oss: bool, above: bool) -> Proposal:
    where = customer.name_of_country or customer.country
    if seller in UNION and customer.country in UNION:
        if not customer.business:
            if supply.kind is Kind.DIGITAL:
                return _distance(customer, "Electronic services", oss=oss, above=above)
            return Proposal(Treatment.DOMESTIC, f"A service to a consumer in {where}: taxed here.")
        if customer.vat_state is VatState.VALID:
            said = f"A service to a business in {where} with a valid VAT number: the business owes the tax there, reverse charge."
            return Proposal(Treatment.REVERSE_EU, said)
        return Proposal(Treatment.DOMESTIC, f"A service to a business in {where} without a valid VAT number of that country: taxed here.")
    if customer.business:
        return Proposal(Treatment.OUTSIDE, f"A service to a business in {where}: taxed there, not here.")
    if supply.kind is Kind.DIGITAL:
        return Proposal(Treatment.OUTSIDE, f"An electronic service to a consumer in {where}: taxed there, not here.")
    return Proposal(Treatment.DOMESTIC, f"A service to a consumer in {where}: taxed here.")


def _distance(customer: Customer, what: str, *, oss: bool, above: bool) -> Proposal:
    where = customer.name_of_country or customer.country
    if oss:
        return Proposal(Treatment.OSS, f"{what} to a consumer in {where}: taxed at the rate of {where}, One-Stop Shop.")
    if above:
        said = f"{what} to a consumer in {where}: above 10,000 EUR a year, so the rate of {where} holds; register for the One-Stop Shop."
        return Proposal(Treatment.OSS, said)
    return Proposal(Treatment.DISTANCE, f"{what} to a consumer in {where}: below 10,000 EUR a year, so taxed here.")
