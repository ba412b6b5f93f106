"""A chart for a dental practice in Germany: a subset in the numbering of SKR03, under English names."""

from __future__ import annotations

from . import register_chart, table

ACCOUNTS = table("""
A | Assets | asset:
  A1 | Fixed assets | asset:
    0410 | Practice equipment | asset
    0420 | Office equipment | asset
    0320 | Vehicles | asset
    0027 | Software | asset
    0480 | Low-value assets | asset
    0485 | Pools of low-value assets | asset
    0498 | Assets under construction | asset
    0065 | Land | asset
    0090 | Buildings | asset
    0500 | Shares in companies of the group | asset
    0505 | Loans to companies of the group | asset
  A2 | Stock | asset:
    3980 | Practice and laboratory material | asset
  A3 | Receivables | asset:
    1400 | Patients and customers | asset
    1410 | Association of statutory health insurance dentists | asset
    1500 | Other receivables | asset
    1510 | Advances paid to suppliers | asset
    1543 | Tax that customers withheld | asset
    1571 | Input tax 7 % | asset
    1574 | Input tax on acquisitions from the European Union | asset
    1576 | Input tax 19 % | asset
    1577 | Input tax on services where we owe the tax | asset
    1593 | Advances asked for and not received | asset
    1594 | Owed by companies of the group | asset
    0980 | Prepaid expenses | asset
  A4 | Cash and bank | asset:
    1000 | Cash | asset
    1200 | Bank account | asset
    1330 | Cheques received | asset
    1360 | Money in transit | asset
    1361 | Card payments on their way | asset
L | Liabilities | liability:
    0650 | Bank loans | liability
    0700 | Owed to companies of the group | liability
    1600 | Suppliers and laboratories | liability
    1700 | Other payables | liability
    1710 | Advance payments received | liability
    1732 | Deposits held as security | liability
    1740 | Wages payable | liability
    1741 | Payroll tax | liability
    1742 | Social security | liability
    1749 | Tax withheld from suppliers | liability
    1771 | Output tax 7 % | liability
    1774 | Tax on acquisitions from the European Union | liability
    1776 | Output tax 19 % | liability
    1780 | Advance payments of VAT | liability
    1787 | Tax that we owe for our suppliers | liability
    1789 | VAT to be paid with the return | liability
    1792 | Not clear yet | liability
    0970 | Cost of this period that is billed later | liability
    0990 | Received for a later period | liability
Q | Equity | equity:
    0880 | Capital | equity
    0860 | Profit brought forward | equity
    1800 | Private drawings | equity
    1890 | Private contributions | equity
    9000 | Opening balances | equity
R | Revenue | income:
    8100 | Treatments, exempt (§ 4 no. 14 UStG) | income
    8200 | Sales without tax | income
    8300 | Sales 7 % | income
    8338 | Services to companies outside the European Union | income
    8400 | Sales 19 % | income
    8700 | Discounts granted | income
    8730 | Discounts granted for early payment | income
    2700 | Other income | income
    2710 | Write-ups of assets | income
    2720 | Gains on assets sold | income
    2732 | Receivables paid after they were written off | income
    2660 | Exchange gains not realised yet | income
    2661 | Exchange gains | income
    2650 | Interest received | income
M | Material and laboratory | expense:
    3000 | Practice material | expense
    3100 | Outside laboratory | expense
    3200 | Goods bought for resale | expense
    3730 | Discounts received for early payment | expense
    3960 | Change in stock of material | expense
P | People | expense:
    4110 | Wages | expense
    4120 | Salaries | expense
    4130 | Social security | expense
    4945 | Training | expense
O | Running cost | expense:
    4210 | Rent | expense
    4240 | Energy and water | expense
    4250 | Cleaning | expense
    4360 | Insurance | expense
    4380 | Fees and memberships | expense
    4500 | Vehicles | expense
    4600 | Advertising | expense
    4650 | Entertainment of guests | expense
    4654 | Entertainment of guests, not deductible | expense
    4660 | Travel | expense
    4800 | Repairs and maintenance | expense
    4822 | Depreciation of software | expense
    4830 | Depreciation of equipment | expense
    4831 | Depreciation of buildings | expense
    4832 | Depreciation of vehicles | expense
    4840 | Impairment of assets | expense
    4855 | Write-down of low-value assets | expense
    4862 | Depreciation of pools of low-value assets | expense
    4900 | Other cost | expense
    4910 | Postage | expense
    4920 | Telephone and internet | expense
    4930 | Office supplies | expense
    4950 | Legal and tax advice | expense
    4955 | Bookkeeping | expense
    4964 | Software and licences | expense
    4970 | Bank charges and card fees | expense
    2300 | Cash differences | expense
    2301 | Rounding differences | expense
    2320 | Losses on assets sold | expense
    2400 | Losses on receivables | expense
    2100 | Interest paid | expense
    2150 | Exchange losses not realised yet | expense
    2151 | Exchange losses | expense
Z | Statistics | statistical:
    9201 | Foreign currencies | statistical
""")

# fmt: off
PURPOSES = {
    "cash": "1000", "bank": "1200", "card": "1361",
    "cheques_received": "1330", "transit": "1360", "receivable": "1400", "insurer": "1410", "other_receivable": "1500",
    "tax_input": "1576", "tax_input_reduced": "1571", "tax_input_acquisition": "1574", "tax_input_reverse": "1577", "stock": "3980",
    "advance_paid": "1510", "prepaid_expense": "0980", "payable": "1600", "prepayment": "1710", "deferred_income": "0990",
    "accrued_expense": "0970", "wages_payable": "1740", "payroll_tax": "1741", "social_security": "1742", "tax_output": "1776",
    "tax_output_reduced": "1771", "tax_output_acquisition": "1774", "tax_output_reverse": "1787", "tax_settlement": "1789",
    "tax_paid": "1780", "loan": "0650", "suspense": "1792", "capital": "0880", "drawings": "1800", "retained": "0860", "opening": "9000",
    "revenue": "8400", "revenue_reduced": "8300", "revenue_exempt": "8100", "revenue_zero": "8200", "discount": "8700",
    "cash_discount_given": "8730", "cash_discount_taken": "3730", "other_income": "2700", "exchange_gain": "2661", "exchange_loss": "2151",
    "unrealised_gain": "2660", "unrealised_loss": "2150", "currency_position": "9201", "disposal_gain": "2720", "disposal_loss": "2320",
    "interest_income": "2650", "interest_expense": "2100", "goods": "3000", "laboratory": "3100", "services": "3100",
    "stock_change": "3960", "wages": "4110", "salaries": "4120", "social_cost": "4130", "rent": "4210", "depreciation": "4830",
    "bank_fee": "4970", "card_fee": "4970", "write_off": "2400", "recovered": "2732", "cash_difference": "2300", "rounding": "2301",
    "asset_land": "0065", "asset_building": "0090", "asset_machinery": "0410", "asset_vehicle": "0320", "asset_equipment": "0410",
    "asset_computer": "0420", "asset_intangible": "0027", "asset_low_value": "0480", "asset_pool": "0485", "asset_construction": "0498",
    "accumulated_building": "0090", "accumulated_machinery": "0410", "accumulated_vehicle": "0320", "accumulated_equipment": "0410",
    "accumulated_computer": "0420", "accumulated_intangible": "0027", "depreciation_building": "4831", "depreciation_vehicle": "4832",
    "depreciation_intangible": "4822", "depreciation_low_value": "4855", "depreciation_pool": "4862", "impairment": "4840",
    "write_up": "2710",
    "affiliate_receivable": "1594", "affiliate_payable": "0700", "revenue_outside": "8338",
    "advance_asked": "1593", "deposit_held": "1732",
    "withholding_payable": "1749", "withholding_receivable": "1543",
}
# fmt: on

register_chart("dental_de", "Dental practice in Germany (SKR03 subset)", ACCOUNTS, PURPOSES)
