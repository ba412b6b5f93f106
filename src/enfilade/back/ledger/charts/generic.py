"""A chart for a small company of any kind."""

from __future__ import annotations

from . import register_chart, table

ACCOUNTS = table("""
1 | Assets | asset:
  10 | Cash and bank | asset:
    1000 | Cash | asset
    1010 | Petty cash | asset
    1100 | Bank account | asset
    1150 | Card payments on their way | asset
    1155 | Cheques received | asset
    1160 | Money in transit | asset
  12 | Receivables | asset:
    1200 | Customers | asset
    1210 | Other receivables | asset
    1220 | Companies of the group, owed by | asset
    1230 | Advances asked for and not received | asset
    1250 | Prepaid expenses | asset
    1260 | Advance payments to suppliers | asset
    1300 | Input tax, standard rate | asset
    1310 | Input tax, reduced rate | asset
    1320 | Input tax on acquisitions and imports | asset
    1330 | Input tax, customer owes the tax | asset
    1340 | Tax that customers withheld | asset
  15 | Stock | asset:
    1500 | Goods and material | asset
  17 | Fixed assets | asset:
    1700 | Equipment and furniture | asset
    1710 | Vehicles | asset
    1720 | Computers and software | asset
    1730 | Low-value assets | asset
    1740 | Pools of low-value assets | asset
    1750 | Assets under construction | asset
    1760 | Land | asset
    1770 | Buildings | asset
    1790 | Accumulated depreciation | asset
2 | Liabilities | liability:
  20 | Payables | liability:
    2000 | Suppliers | liability
    2010 | Other payables | liability
    2020 | Companies of the group, owed to | liability
    2030 | Accrued expenses | liability
    2040 | Deferred income | liability
    2050 | Advance payments received | liability
    2060 | Deposits held as security | liability
    2100 | Wages payable | liability
    2110 | Payroll taxes | liability
    2120 | Social security | liability
    2200 | Output tax, standard rate | liability
    2210 | Output tax, reduced rate | liability
    2220 | Output tax on acquisitions | liability
    2230 | Output tax, customer owes the tax | liability
    2240 | Output tax of other member states | liability
    2250 | Tax authorities | liability
    2260 | Tax paid in advance | liability
    2270 | Tax withheld from suppliers | liability
    2900 | Not clear yet | liability
  25 | Loans | liability:
    2500 | Bank loans | liability
3 | Equity | equity:
    3000 | Capital | equity
    3100 | Owner's drawings | equity
    3200 | Retained earnings | equity
    3900 | Opening balances | equity
4 | Income | income:
    4000 | Sales, standard rate | income
    4100 | Sales, reduced rate | income
    4200 | Sales, exempt from tax | income
    4300 | Sales, zero rate | income
    4310 | Export sales | income
    4320 | Goods sold to the European Union | income
    4330 | Services sold to the European Union | income
    4340 | Sales, customer owes the tax | income
    4350 | Sales taxed in other member states | income
    4360 | Sales outside the tax | income
    4500 | Discounts granted | income
    4510 | Discounts for early payment, granted | income
    4700 | Exchange gains | income
    4705 | Exchange gains not realised yet | income
    4710 | Gain on assets sold | income
    4715 | Write-ups of assets | income
    4720 | Receivables paid after they were written off | income
    4800 | Other income | income
    4900 | Interest received | income
5 | Direct cost | expense:
    5000 | Goods and material | expense
    5100 | Services bought | expense
    5200 | Change in stock | expense
    5900 | Discounts for early payment, taken | expense
6 | Running cost | expense:
    6000 | Wages | expense
    6005 | Salaries | expense
    6010 | Social security | expense
    6100 | Rent | expense
    6110 | Energy and water | expense
    6200 | Insurance | expense
    6210 | Fees and memberships | expense
    6300 | Advertising | expense
    6400 | Vehicles and travel | expense
    6500 | Telephone and postage | expense
    6510 | Office supplies | expense
    6520 | Software and licences | expense
    6600 | Advice and bookkeeping | expense
    6700 | Repairs and small equipment | expense
    6800 | Depreciation | expense
    6805 | Impairment of assets | expense
    6900 | Bank charges | expense
    6910 | Card fees | expense
    6920 | Losses on receivables | expense
    6930 | Cash differences | expense
    6940 | Rounding differences | expense
    6950 | Exchange losses | expense
    6955 | Exchange losses not realised yet | expense
    6960 | Loss on assets sold | expense
    6990 | Other cost | expense
7 | Interest and taxes | expense:
    7000 | Interest paid | expense
    7100 | Taxes on income | expense
9 | Statistics | statistical:
    9000 | Foreign currencies | statistical
""")

# fmt: off
PURPOSES = {
    "cash": "1000", "bank": "1100", "card": "1150",
    "cheques_received": "1155", "transit": "1160", "receivable": "1200", "other_receivable": "1210",
    "affiliate_receivable": "1220", "tax_input": "1300", "tax_input_reduced": "1310", "tax_input_acquisition": "1320",
    "tax_input_reverse": "1330", "tax_input_import": "1320", "stock": "1500", "advance_paid": "1260", "prepaid_expense": "1250",
    "payable": "2000", "affiliate_payable": "2020", "prepayment": "2050", "deferred_income": "2040", "accrued_expense": "2030",
    "wages_payable": "2100", "payroll_tax": "2110", "social_security": "2120", "tax_output": "2200", "tax_output_reduced": "2210",
    "tax_output_acquisition": "2220", "tax_output_reverse": "2230", "tax_settlement": "2250", "tax_paid": "2260", "loan": "2500",
    "suspense": "2900", "capital": "3000", "drawings": "3100", "retained": "3200", "opening": "3900", "revenue": "4000",
    "revenue_reduced": "4100", "revenue_exempt": "4200", "revenue_zero": "4300", "revenue_export": "4310", "revenue_eu_goods": "4320",
    "revenue_eu_services": "4330", "revenue_reverse": "4340", "discount": "4500", "cash_discount_given": "4510",
    "cash_discount_taken": "5900", "other_income": "4800", "exchange_gain": "4700", "exchange_loss": "6950", "disposal_gain": "4710",
    "disposal_loss": "6960", "interest_income": "4900", "interest_expense": "7000", "goods": "5000", "services": "5100",
    "stock_change": "5200", "wages": "6000", "salaries": "6005", "social_cost": "6010", "rent": "6100", "depreciation": "6800",
    "bank_fee": "6900", "card_fee": "6910", "write_off": "6920", "recovered": "4720", "cash_difference": "6930", "rounding": "6940",
    "income_tax": "7100",
    "unrealised_gain": "4705", "unrealised_loss": "6955", "currency_position": "9000",
    "asset_land": "1760", "asset_building": "1770", "asset_machinery": "1700", "asset_vehicle": "1710", "asset_equipment": "1700",
    "asset_computer": "1720", "asset_intangible": "1720", "asset_low_value": "1730", "asset_pool": "1740", "asset_construction": "1750",
    "accumulated_building": "1790", "accumulated_machinery": "1790", "accumulated_vehicle": "1790", "accumulated_equipment": "1790",
    "accumulated_computer": "1790", "accumulated_intangible": "1790", "depreciation_building": "6800", "depreciation_vehicle": "6800",
    "depreciation_intangible": "6800", "depreciation_low_value": "6800", "depreciation_pool": "6800", "impairment": "6805",
    "write_up": "4715",
    "tax_output_oss": "2240", "revenue_oss": "4350", "revenue_outside": "4360",
    "advance_asked": "1230", "deposit_held": "2060",
    "withholding_payable": "2270", "withholding_receivable": "1340",
}
# fmt: on

register_chart("generic", "Small company", ACCOUNTS, PURPOSES)
