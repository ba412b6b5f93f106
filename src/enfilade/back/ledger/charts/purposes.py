"""Purposes: what other modules name instead of an account, and which kinds of account can serve each."""

from __future__ import annotations

from dataclasses import dataclass

_A, _L, _Q, _I, _E, _S = "asset", "liability", "equity", "income", "expense", "statistical"


@dataclass(frozen=True, slots=True)
class Purpose:
    """What an account is for.

    label: as people read it. kinds: of account that can serve it; postings to another kind would stand in the wrong statement.
    """

    label: str
    kinds: tuple[str, ...]


# A kind of company may use purposes of its own beside these.
PURPOSES = {
    "cash": Purpose("Cash in the drawer", (_A,)),
    "bank": Purpose("Bank account", (_A,)),
    "card": Purpose("Card payments on their way", (_A,)),
    "cheques_received": Purpose("Cheques not credited yet", (_A,)),
    "transit": Purpose("Money in transit", (_A,)),
    "receivable": Purpose("Owed by customers", (_A,)),
    "other_receivable": Purpose("Owed by others", (_A,)),
    "affiliate_receivable": Purpose("Owed by companies of the group", (_A,)),
    # It takes what customers are asked for in advance off what they owe again, until they pay: neither is an asset yet.
    "advance_asked": Purpose("Advances asked for, not received yet", (_A,)),
    "tax_input": Purpose("Input tax, standard rate", (_A,)),
    "tax_input_reduced": Purpose("Input tax, reduced rate", (_A,)),
    "tax_input_acquisition": Purpose("Input tax on acquisitions from the European Union", (_A,)),
    "tax_input_reverse": Purpose("Input tax where the customer owes the tax", (_A,)),
    "tax_input_import": Purpose("Input tax on imports", (_A,)),
    "stock": Purpose("Stock of goods", (_A,)),
    "advance_paid": Purpose("Advances paid to suppliers", (_A,)),
    "withholding_receivable": Purpose("Tax that customers withheld", (_A,)),
    "prepaid_expense": Purpose("Paid for a later period", (_A,)),
    "payable": Purpose("Owed to suppliers", (_L,)),
    "affiliate_payable": Purpose("Owed to companies of the group", (_L,)),
    "prepayment": Purpose("Advances received from customers", (_L,)),
    "deposit_held": Purpose("Deposits held as security", (_L,)),
    "deferred_income": Purpose("Received for a later period", (_L,)),
    "accrued_expense": Purpose("Cost of this period that is billed later", (_L,)),
    "wages_payable": Purpose("Wages not paid yet", (_L,)),
    "payroll_tax": Purpose("Tax withheld from wages", (_L,)),
    "withholding_payable": Purpose("Tax withheld from suppliers", (_L,)),
    "social_security": Purpose("Social security owed", (_L,)),
    "tax_output": Purpose("Output tax, standard rate", (_L,)),
    "tax_output_reduced": Purpose("Output tax, reduced rate", (_L,)),
    "tax_output_acquisition": Purpose("Tax on acquisitions from the European Union", (_L,)),
    "tax_output_reverse": Purpose("Tax that the customer owes", (_L,)),
    "tax_output_oss": Purpose("Tax of other member states, One-Stop Shop", (_L,)),
    "tax_settlement": Purpose("Tax to be paid with the return", (_L,)),
    "tax_paid": Purpose("Tax paid in advance of the return", (_A, _L)),
    "loan": Purpose("Bank loans", (_L,)),
    "suspense": Purpose("Not clear yet", (_A, _L)),
    "capital": Purpose("Capital", (_Q,)),
    "drawings": Purpose("Owner's drawings", (_Q,)),
    "retained": Purpose("Profit brought forward", (_Q,)),
    "opening": Purpose("Opening balances", (_Q,)),
    "revenue": Purpose("Sales, standard rate", (_I,)),
    "revenue_reduced": Purpose("Sales, reduced rate", (_I,)),
    "revenue_exempt": Purpose("Sales, exempt from tax", (_I,)),
    "revenue_zero": Purpose("Sales, zero rate", (_I,)),
    "revenue_export": Purpose("Export sales", (_I,)),
    "revenue_eu_goods": Purpose("Goods sold to the European Union", (_I,)),
    "revenue_eu_services": Purpose("Services sold to the European Union", (_I,)),
    "revenue_reverse": Purpose("Sales where the customer owes the tax", (_I,)),
    "revenue_oss": Purpose("Sales taxed in other member states", (_I,)),
    "revenue_outside": Purpose("Sales outside the tax of the country", (_I,)),
    "discount": Purpose("Discounts given", (_I, _E)),
    "cash_discount_given": Purpose("Discount for early payment, given", (_I, _E)),
    "cash_discount_taken": Purpose("Discount for early payment, taken", (_I, _E)),
    "other_income": Purpose("Other income", (_I,)),
    "exchange_gain": Purpose("Exchange gains", (_I,)),
    "exchange_loss": Purpose("Exchange losses", (_E,)),
    # The French chart shows what is not realised yet between assets and liabilities.
    "unrealised_gain": Purpose("Exchange gains not realised yet", (_I, _L)),
    "unrealised_loss": Purpose("Exchange losses not realised yet", (_E, _A)),
    "currency_position": Purpose("Counterpart of amounts in foreign currencies", (_S,)),
    "disposal_gain": Purpose("Gain on assets sold", (_I,)),
    "disposal_loss": Purpose("Loss on assets sold", (_E,)),
    "interest_income": Purpose("Interest received", (_I,)),
    "interest_expense": Purpose("Interest paid", (_E,)),
    "goods": Purpose("Goods bought", (_E,)),
    "services": Purpose("Services bought", (_E,)),
    "stock_change": Purpose("Change in stock", (_I, _E)),
    "wages": Purpose("Wages", (_E,)),
    "salaries": Purpose("Salaries", (_E,)),
    "social_cost": Purpose("Social security paid by the company", (_E,)),
    "rent": Purpose("Rent", (_E,)),
    "depreciation": Purpose("Depreciation", (_E,)),
    # Charts that write assets off on their own account serve what is accumulated with that account.
    "asset_land": Purpose("Land", (_A,)),
    "asset_building": Purpose("Buildings", (_A,)),
    "asset_machinery": Purpose("Machinery", (_A,)),
    "asset_vehicle": Purpose("Vehicles", (_A,)),
    "asset_equipment": Purpose("Equipment and furniture", (_A,)),
    "asset_computer": Purpose("Computers", (_A,)),
    "asset_intangible": Purpose("Software and other intangible assets", (_A,)),
    "asset_low_value": Purpose("Low-value assets", (_A,)),
    "asset_pool": Purpose("Pools of low-value assets", (_A,)),
    "asset_construction": Purpose("Assets under construction", (_A,)),
    "accumulated_building": Purpose("Accumulated depreciation of buildings", (_A,)),
    "accumulated_machinery": Purpose("Accumulated depreciation of machinery", (_A,)),
    "accumulated_vehicle": Purpose("Accumulated depreciation of vehicles", (_A,)),
    "accumulated_equipment": Purpose("Accumulated depreciation of equipment", (_A,)),
    "accumulated_computer": Purpose("Accumulated depreciation of computers", (_A,)),
    "accumulated_intangible": Purpose("Accumulated depreciation of intangible assets", (_A,)),
    "depreciation_building": Purpose("Depreciation of buildings", (_E,)),
    "depreciation_vehicle": Purpose("Depreciation of vehicles", (_E,)),
    "depreciation_intangible": Purpose("Depreciation of intangible assets", (_E,)),
    "depreciation_low_value": Purpose("Low-value assets written off at once", (_E,)),
    "depreciation_pool": Purpose("Depreciation of pools of low-value assets", (_E,)),
    "impairment": Purpose("Impairment of assets", (_E,)),
    "write_up": Purpose("Write-ups of assets", (_I,)),
    "bank_fee": Purpose("Bank charges", (_E,)),
    "card_fee": Purpose("Card fees", (_E,)),
    "write_off": Purpose("Losses on receivables", (_E,)),
    "recovered": Purpose("Receivables paid after they were written off", (_I,)),
    "cash_difference": Purpose("Cash differences", (_I, _E)),
    "rounding": Purpose("Rounding differences", (_I, _E)),
    "income_tax": Purpose("Taxes on income", (_E,)),
}
