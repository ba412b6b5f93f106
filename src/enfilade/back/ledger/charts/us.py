"""A chart for a small or middle company in the United States.

No authority numbers accounts there: headings follow the balance sheet and the income statement that Regulation S-X describes, the first
digit is the usual one: 1 assets by liquidity, 2 liabilities, 3 equity, 4 revenue, 5 cost of revenue, 6 operating expenses, 7 other income,
8 other expense, 9 income tax. Sales tax is owed to states: it is collected, never deducted.
Source: 17 CFR 210.5-02 and 210.5-03 (Regulation S-X); FASB ASC 210 and 225.
"""

from __future__ import annotations

from . import register_chart, table

ACCOUNTS = table("""
A | Assets | asset:
  A1 | Current assets | asset:
    A11 | Cash and cash equivalents | asset:
      1000 | Checking account | asset
      1010 | Savings account | asset
      1020 | Payroll account | asset
      1030 | Petty cash | asset
      1040 | Cash on hand | asset
      1050 | Card receipts in transit | asset
      1055 | Undeposited checks | asset
      1060 | Undeposited funds and transfers | asset
    A12 | Short-term investments | asset:
      1100 | Marketable securities | asset
    A13 | Receivables | asset:
      1200 | Accounts receivable | asset
      1205 | Allowance for credit losses | asset
      1210 | Unbilled receivables | asset
      1220 | Notes receivable, current | asset
      1230 | Employee advances | asset
      1240 | Due from related parties | asset
      1250 | Other receivables | asset
      1260 | Income tax refund receivable | asset
      1265 | Income tax withheld by customers | asset
      1270 | Sales tax recoverable | asset
      1280 | Foreign value added tax recoverable | asset
      1290 | Customer deposits billed, not received | asset
    A14 | Inventories | asset:
      1300 | Merchandise inventory | asset
      1310 | Raw materials | asset
      1320 | Work in process | asset
      1330 | Finished goods | asset
      1340 | Inventory reserve | asset
    A15 | Prepaid expenses and other current assets | asset:
      1400 | Prepaid expenses | asset
      1410 | Prepaid insurance | asset
      1420 | Prepaid rent | asset
      1430 | Vendor deposits | asset
      1440 | Estimated tax payments | asset
  A2 | Property, plant and equipment | asset:
    1500 | Land | asset
    1510 | Buildings | asset
    1515 | Accumulated depreciation – buildings | asset
    1520 | Leasehold improvements | asset
    1525 | Accumulated amortization – leasehold improvements | asset
    1530 | Machinery and equipment | asset
    1535 | Accumulated depreciation – machinery and equipment | asset
    1540 | Furniture and fixtures | asset
    1545 | Accumulated depreciation – furniture and fixtures | asset
    1550 | Computers | asset
    1555 | Accumulated depreciation – computers | asset
    1560 | Vehicles | asset
    1565 | Accumulated depreciation – vehicles | asset
    1590 | Construction in progress | asset
  A3 | Operating lease right-of-use assets | asset:
    1600 | Operating lease right-of-use assets | asset
  A4 | Intangible assets | asset:
    1700 | Goodwill | asset
    1710 | Patents, trademarks and licenses | asset
    1715 | Accumulated amortization – patents, trademarks and licenses | asset
    1720 | Capitalized software | asset
    1725 | Accumulated amortization – capitalized software | asset
  A5 | Other assets | asset:
    1800 | Security deposits | asset
    1810 | Long-term investments | asset
    1820 | Notes receivable, long-term | asset
    1830 | Deferred tax assets | asset
L | Liabilities | liability:
  L1 | Current liabilities | liability:
    2000 | Accounts payable | liability
    2010 | Goods received, not invoiced | liability
    2020 | Credit cards payable | liability
    2030 | Due to related parties | liability
    2040 | Customer deposits | liability
    2045 | Security deposits received | liability
    2050 | Deferred revenue | liability
    2060 | Gift cards outstanding | liability
    2100 | Accrued expenses | liability
    2110 | Accrued wages | liability
    2120 | Accrued vacation | liability
    2130 | Accrued interest | liability
    2200 | Federal income tax withheld | liability
    2210 | Social security and Medicare payable | liability
    2220 | State income tax withheld | liability
    2230 | Unemployment taxes payable | liability
    2240 | Retirement plan payable | liability
    2250 | Health insurance payable | liability
    2260 | Garnishments payable | liability
    2270 | Tax withheld from vendors | liability
    2300 | Sales tax payable | liability
    2310 | Sales tax payable, other rates | liability
    2320 | Use tax payable | liability
    2330 | Sales tax remitted | liability
    2340 | Foreign value added tax payable | liability
    2400 | Income taxes payable | liability
    2500 | Line of credit | liability
    2510 | Current portion of long-term debt | liability
    2520 | Operating lease liabilities, current | liability
    2530 | Dividends and distributions payable | liability
    2590 | Suspense | liability
  L2 | Long-term liabilities | liability:
    2600 | Notes payable | liability
    2610 | Mortgage payable | liability
    2620 | Loans from shareholders | liability
    2630 | Operating lease liabilities, long-term | liability
    2640 | Deferred tax liabilities | liability
    2650 | Other long-term liabilities | liability
Q | Equity | equity:
  3000 | Common stock | equity
  3010 | Preferred stock | equity
  3020 | Additional paid-in capital | equity
  3030 | Treasury stock | equity
  3040 | Accumulated other comprehensive income | equity
  3100 | Retained earnings | equity
  3110 | Dividends declared | equity
  3200 | Members' and owners' capital | equity
  3210 | Owners' contributions | equity
  3220 | Owners' draws and distributions | equity
  3900 | Opening balances | equity
R1 | Revenue | income:
  4000 | Sales, taxable | income
  4010 | Sales, taxable at other rates | income
  4020 | Sales, exempt | income
  4030 | Sales, not taxable | income
  4040 | Export sales | income
  4050 | Sales abroad – goods | income
  4060 | Sales abroad – services | income
  4070 | Sales for resale | income
  4100 | Service revenue | income
  4200 | Shipping charged to customers | income
  4800 | Sales returns and allowances | income
  4900 | Sales discounts | income
  4910 | Early payment discounts given | income
X1 | Cost of revenue | expense:
  5000 | Cost of goods sold | expense
  5010 | Materials purchased | expense
  5020 | Subcontractors | expense
  5030 | Direct labor | expense
  5040 | Freight in | expense
  5050 | Customs duties | expense
  5060 | Inventory changes | expense
  5070 | Inventory shrinkage and write-downs | expense
  5080 | Merchant and card processing fees | expense
  5900 | Purchase discounts | expense
X2 | Operating expenses | expense:
  X21 | Payroll | expense:
    6000 | Wages | expense
    6010 | Salaries | expense
    6020 | Officers' compensation | expense
    6030 | Payroll taxes | expense
    6040 | Health insurance | expense
    6050 | Retirement plan contributions | expense
    6060 | Workers' compensation insurance | expense
    6070 | Contract labor | expense
    6080 | Recruiting | expense
    6090 | Training | expense
  X22 | Occupancy | expense:
    6100 | Rent | expense
    6110 | Utilities | expense
    6120 | Repairs and maintenance | expense
    6130 | Janitorial | expense
    6140 | Property taxes | expense
    6150 | Property insurance | expense
  X23 | Selling and marketing | expense:
    6200 | Advertising | expense
    6210 | Trade shows | expense
    6220 | Sales commissions | expense
    6230 | Shipping and delivery | expense
    6240 | Website | expense
  X24 | Vehicles and travel | expense:
    6300 | Vehicle fuel | expense
    6310 | Vehicle repairs | expense
    6320 | Vehicle insurance and registration | expense
    6330 | Travel | expense
    6340 | Meals, 50 percent deductible | expense
    6350 | Entertainment, not deductible | expense
  X25 | General and administrative | expense:
    6400 | Office supplies | expense
    6410 | Postage | expense
    6420 | Telephone and internet | expense
    6430 | Software subscriptions | expense
    6440 | Small equipment | expense
    6450 | Equipment rental | expense
    6460 | General liability insurance | expense
    6470 | Licenses and permits | expense
    6480 | Dues and subscriptions | expense
    6500 | Legal fees | expense
    6510 | Accounting fees | expense
    6520 | Consulting fees | expense
    6530 | Bank charges | expense
    6540 | Charitable contributions | expense
    6550 | Penalties and fines, not deductible | expense
    6560 | Credit loss expense | expense
    6570 | Cash over and short | expense
    6580 | Rounding differences | expense
    6590 | Miscellaneous expense | expense
  X26 | Depreciation and amortization | expense:
    6700 | Depreciation | expense
    6710 | Amortization | expense
    6720 | Impairment of long-lived assets | expense
R7 | Other income | income:
  7000 | Interest income | income
  7010 | Dividend income | income
  7020 | Gain on disposal of assets | income
  7030 | Foreign exchange gains | income
  7031 | Unrealized foreign exchange gains | income
  7040 | Rental income | income
  7050 | Recovery of accounts written off | income
  7060 | Insurance recoveries | income
  7090 | Other income | income
X8 | Other expense | expense:
  8000 | Interest expense | expense
  8010 | Loss on disposal of assets | expense
  8020 | Foreign exchange losses | expense
  8021 | Unrealized foreign exchange losses | expense
  8090 | Other expense | expense
X9 | Income tax expense | expense:
  9000 | Federal income tax | expense
  9010 | State income tax | expense
  9020 | Deferred income tax | expense
S | Statistics | statistical:
  9901 | Foreign currencies | statistical
""")

# fmt: off
PURPOSES = {
    "cash": "1040", "bank": "1000", "card": "1050",
    "cheques_received": "1055", "transit": "1060", "receivable": "1200", "other_receivable": "1250",
    "affiliate_receivable": "1240", "tax_input": "1270", "tax_input_reduced": "1270", "tax_input_acquisition": "1280",
    "tax_input_reverse": "1280", "tax_input_import": "1280", "stock": "1300", "advance_paid": "1430", "prepaid_expense": "1400",
    "payable": "2000", "affiliate_payable": "2030", "prepayment": "2040", "deferred_income": "2050", "accrued_expense": "2100",
    "wages_payable": "2110", "payroll_tax": "2200", "social_security": "2210", "tax_output": "2300", "tax_output_reduced": "2310",
    "tax_output_acquisition": "2340", "tax_output_reverse": "2320", "tax_settlement": "2330", "tax_paid": "2330", "loan": "2600",
    "suspense": "2590", "capital": "3000", "drawings": "3220", "retained": "3100", "opening": "3900", "revenue": "4000",
    "revenue_reduced": "4010", "revenue_exempt": "4020", "revenue_zero": "4030", "revenue_export": "4040", "revenue_eu_goods": "4050",
    "revenue_eu_services": "4060", "revenue_reverse": "4070", "discount": "4900", "cash_discount_given": "4910",
    "cash_discount_taken": "5900", "other_income": "7090", "exchange_gain": "7030", "exchange_loss": "8020", "disposal_gain": "7020",
    "disposal_loss": "8010", "interest_income": "7000", "interest_expense": "8000", "goods": "5000", "services": "5020",
    "stock_change": "5060", "wages": "6000", "salaries": "6010", "social_cost": "6030", "rent": "6100", "depreciation": "6700",
    "bank_fee": "6530", "card_fee": "5080", "write_off": "6560", "recovered": "7050", "cash_difference": "6570", "rounding": "6580",
    "income_tax": "9000",
    "unrealised_gain": "7031", "unrealised_loss": "8021", "currency_position": "9901",
    "asset_land": "1500", "asset_building": "1510", "asset_machinery": "1530", "asset_vehicle": "1560", "asset_equipment": "1540",
    "asset_computer": "1550", "asset_intangible": "1720", "asset_low_value": "1540", "asset_pool": "1540", "asset_construction": "1590",
    "accumulated_building": "1515", "accumulated_machinery": "1535", "accumulated_vehicle": "1565", "accumulated_equipment": "1545",
    "accumulated_computer": "1555", "accumulated_intangible": "1725", "depreciation_building": "6700", "depreciation_vehicle": "6700",
    "depreciation_intangible": "6710", "depreciation_low_value": "6700", "depreciation_pool": "6700", "impairment": "6720",
    "write_up": "7090",
    "tax_output_oss": "2340", "revenue_oss": "4050", "revenue_outside": "4060",
    "advance_asked": "1290", "deposit_held": "2045",
    "withholding_payable": "2270", "withholding_receivable": "1265",
}
# fmt: on

register_chart("us", "United States", ACCOUNTS, PURPOSES, country="US")
