"""The rooms of the house, from the bottom up. The order is the order of migrations, reactions and menus."""

BASE: list[str] = [
    "enfilade.base.access",
    "enfilade.base.webhook",
    "enfilade.base.money",
    "enfilade.base.party",
    "enfilade.base.item",
    "enfilade.base.pricing",
    "enfilade.base.calendar",
    "enfilade.base.work",
    "enfilade.base.message",
    "enfilade.base.document",
    "enfilade.base.books",
]
BACK: list[str] = [
    "enfilade.back.ledger",
    "enfilade.back.budgeting",
    "enfilade.back.tax",
    "enfilade.back.billing",
    "enfilade.back.dunning",
    "enfilade.back.banking",
    "enfilade.back.payables",
    "enfilade.back.cheques",
    "enfilade.back.direct_debits",
    "enfilade.back.assets",
    "enfilade.back.expenses",
    "enfilade.back.einvoice",
    "enfilade.back.purchasing",
    "enfilade.back.auditing",
    "enfilade.back.statements",
    "enfilade.back.group",
]
MIDDLE: list[str] = ["enfilade.middle.doors"]
FRONT: list[str] = [
    "enfilade.front.appointments",
    "enfilade.front.visitors",
    "enfilade.front.reception",
]

MODULES = [*BASE, *BACK, *MIDDLE, *FRONT]
