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
    1160 | Money in transit | asset
  12 | Receivables | asset:
    1200 | Customers | asset
    1210 | Other receivables | asset
    1250 | Prepaid expenses | asset
    1300 | Input tax, standard rate | asset
    1310 | Input tax, reduced rate | asset
  15 | Stock | asset:
    1500 | Goods and material | asset
  17 | Fixed assets | asset:
    1700 | Equipment and furniture | asset
    1710 | Vehicles | asset
    1720 | Computers and software | asset
    1790 | Accumulated depreciation | asset
2 | Liabilities | liability:
  20 | Payables | liability:
    2000 | Suppliers | liability
    2010 | Other payables | liability
    2050 | Advance payments received | liability
    2100 | Wages payable | liability
    2110 | Payroll taxes and social security | liability
    2200 | Output tax, standard rate | liability
    2210 | Output tax, reduced rate | liability
    2250 | Tax authorities | liability
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
    4500 | Discounts granted | income
    4800 | Other income | income
    4900 | Interest received | income
5 | Direct cost | expense:
    5000 | Goods and material | expense
    5100 | Services bought | expense
6 | Running cost | expense:
    6000 | Wages and salaries | expense
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
    6900 | Bank charges | expense
    6910 | Card fees | expense
    6920 | Losses on receivables | expense
    6930 | Cash differences | expense
    6940 | Rounding differences | expense
    6990 | Other cost | expense
7 | Interest and taxes | expense:
    7000 | Interest paid | expense
    7100 | Taxes on income | expense
""")

# fmt: off
PURPOSES = {
    "cash": "1000", "bank": "1100", "card": "1150", "transit": "1160", "receivable": "1200", "tax_input": "1300",
    "tax_input_reduced": "1310", "stock": "1500", "payable": "2000", "prepayment": "2050", "wages_payable": "2100",
    "tax_output": "2200", "tax_output_reduced": "2210", "capital": "3000", "drawings": "3100", "opening": "3900",
    "revenue": "4000", "revenue_reduced": "4100", "revenue_exempt": "4200", "revenue_zero": "4300", "discount": "4500",
    "other_income": "4800", "goods": "5000", "wages": "6000", "rent": "6100", "card_fee": "6910", "write_off": "6920",
    "cash_difference": "6930", "rounding": "6940",
}
# fmt: on

register_chart("generic", "Small company", ACCOUNTS, PURPOSES)
