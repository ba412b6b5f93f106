"""A chart for a small or middle company in the United Kingdom.

The law prescribes statements, not numbers: headings are those of the balance sheet (format 1) and of the profit and loss account by
function (format 1), numbers are the four digits that bookkeepers there are used to: 0 fixed assets, 1 current assets, 2 creditors,
3 capital, 4 sales, 5 and 6 direct cost, 7 and 8 overheads.
Source: Small Companies and Groups (Accounts and Directors' Report) Regulations 2008 (SI 2008/409), schedule 1; FRS 102 section 1A.
"""

from __future__ import annotations

from . import register_chart, table

ACCOUNTS = table("""
A | Assets | asset:
  AB | B. Fixed assets | asset:
    AB1 | I. Intangible assets | asset:
      0001 | Goodwill | asset
      0002 | Goodwill amortisation | asset
      0003 | Development costs | asset
      0004 | Development costs amortisation | asset
      0005 | Patents, licences and software | asset
      0006 | Patents, licences and software amortisation | asset
    AB2 | II. Tangible assets | asset:
      0010 | Freehold property | asset
      0011 | Freehold property depreciation | asset
      0012 | Leasehold property | asset
      0013 | Leasehold property depreciation | asset
      0020 | Plant and machinery | asset
      0021 | Plant and machinery depreciation | asset
      0030 | Office equipment | asset
      0031 | Office equipment depreciation | asset
      0032 | Computer equipment | asset
      0033 | Computer equipment depreciation | asset
      0040 | Furniture and fixtures | asset
      0041 | Furniture and fixtures depreciation | asset
      0050 | Motor vehicles | asset
      0051 | Motor vehicles depreciation | asset
      0060 | Assets under construction | asset
    AB3 | III. Investments | asset:
      0070 | Shares in group undertakings | asset
      0075 | Other investments | asset
  AC | C. Current assets | asset:
    AC1 | I. Stocks | asset:
      1001 | Stock | asset
      1002 | Work in progress | asset
      1003 | Finished goods | asset
      1004 | Raw materials | asset
      1005 | Payments on account to suppliers | asset
    AC2 | II. Debtors | asset:
      1100 | Debtors control account | asset
      1101 | Sundry debtors | asset
      1102 | Other debtors | asset
      1103 | Amounts owed by group undertakings | asset
      1104 | Provision for doubtful debts | asset
      1105 | Directors' loan account, owed by directors | asset
      1106 | Staff loans and advances | asset
      1107 | Deposits paid | asset
      1108 | Accrued income | asset
      1111 | Payments on account asked for, not received | asset
      1109 | Corporation tax recoverable | asset
      1115 | Construction Industry Scheme deductions suffered | asset
      1110 | Deferred tax asset | asset
      2201 | VAT on purchases | asset
      2205 | VAT on imports, postponed accounting | asset
      2206 | VAT on purchases under the reverse charge | asset
    AC3 | III. Investments | asset:
      1150 | Current asset investments | asset
    AC4 | IV. Cash at bank and in hand | asset:
      1200 | Bank current account | asset
      1210 | Bank deposit account | asset
      1220 | Building society account | asset
      1230 | Petty cash | asset
      1235 | Cash in tills | asset
      1250 | Card receipts on their way | asset
      1255 | Cheques to bank | asset
      1260 | Money in transit | asset
  AD | D. Prepayments and accrued income | asset:
    1290 | Prepayments | asset
C | Creditors and provisions | liability:
  CE | E. Creditors: amounts falling due within one year | liability:
    1240 | Company credit card | liability
    2050 | Bank overdraft and loans due within one year | liability
    2100 | Creditors control account | liability
    2101 | Sundry creditors | liability
    2102 | Other creditors | liability
    2103 | Amounts owed to group undertakings | liability
    2104 | Payments received on account | liability
    2105 | Directors' loan account, owed to directors | liability
    2106 | Goods received, not yet invoiced | liability
    2109 | Accruals | liability
    2110 | Deferred income | liability
    2115 | Deposits received | liability
    2190 | Dividends payable | liability
    2200 | VAT on sales | liability
    2202 | HMRC – VAT account | liability
    2203 | VAT on sales, reduced rate | liability
    2204 | VAT on acquisitions and imports | liability
    2207 | VAT due under the reverse charge | liability
    2208 | VAT due in other countries | liability
    2210 | PAYE | liability
    2211 | National Insurance | liability
    2220 | Net wages | liability
    2230 | Pension fund | liability
    2231 | Student loan deductions | liability
    2240 | Construction Industry Scheme deductions | liability
    2320 | Corporation tax | liability
  CH | H. Creditors: amounts falling due after more than one year | liability:
    2300 | Loans | liability
    2310 | Hire purchase and finance leases | liability
    2330 | Mortgages | liability
    2340 | Loans from directors and shareholders | liability
  CI | I. Provisions for liabilities | liability:
    2400 | Provisions for pensions and similar obligations | liability
    2410 | Deferred tax liability | liability
    2420 | Warranty provision | liability
    2430 | Other provisions | liability
  CZ | Suspense | liability:
    9998 | Suspense account | liability
    9999 | Mispostings account | liability
K | K. Capital and reserves | equity:
  3000 | Called up share capital | equity
  3010 | Share premium account | equity
  3020 | Revaluation reserve | equity
  3030 | Other reserves | equity
  3100 | Profit and loss account brought forward | equity
  3200 | Dividends | equity
  3250 | Owner's capital | equity
  3260 | Owner's drawings | equity
  3900 | Opening balances | equity
P01 | 1. Turnover | income:
  4000 | Sales, standard rate | income
  4001 | Sales, reduced rate | income
  4002 | Sales, zero rate | income
  4003 | Sales, exempt | income
  4004 | Export sales of goods | income
  4005 | Sales of goods to the European Union | income
  4006 | Sales of services abroad | income
  4007 | Sales under the domestic reverse charge | income
  4009 | Discounts allowed | income
  4010 | Settlement discount allowed | income
P02 | 2. Cost of sales | expense:
  5000 | Materials purchased | expense
  5001 | Goods purchased for resale | expense
  5002 | Packaging | expense
  5003 | Subcontractors and bought-in services | expense
  5009 | Discounts taken | expense
  5010 | Settlement discount taken | expense
  5100 | Carriage in | expense
  5101 | Import duty | expense
  5200 | Change in stock | expense
  5201 | Stock written off | expense
  6000 | Productive labour | expense
P04 | 4. Distribution costs | expense:
  6100 | Sales commissions | expense
  6200 | Advertising and marketing | expense
  6201 | Exhibitions and events | expense
  6210 | Carriage out | expense
  6900 | Miscellaneous selling expenses | expense
P05 | 5. Administrative expenses | expense:
  P051 | People | expense:
    7000 | Wages | expense
    7001 | Directors' remuneration | expense
    7002 | Directors' pensions | expense
    7003 | Staff salaries | expense
    7006 | Employer's National Insurance | expense
    7007 | Employer's pension contributions | expense
    7008 | Recruitment | expense
    7009 | Training | expense
    7010 | Staff welfare | expense
    7011 | Statutory pay, recovered | expense
  P052 | Premises | expense:
    7100 | Rent | expense
    7102 | Water | expense
    7103 | Business rates | expense
    7104 | Premises insurance | expense
    7200 | Light and heat | expense
    7800 | Repairs and renewals | expense
    7801 | Cleaning | expense
  P053 | Vehicles and travel | expense:
    7300 | Vehicle fuel | expense
    7301 | Vehicle repairs and servicing | expense
    7302 | Vehicle licences | expense
    7303 | Vehicle insurance | expense
    7304 | Vehicle hire and leasing | expense
    7400 | Travel and subsistence | expense
    7402 | Hotels | expense
    7403 | Entertaining, disallowed for tax | expense
    7406 | Mileage claims | expense
  P054 | Office and professional | expense:
    7500 | Printing and stationery | expense
    7501 | Postage | expense
    7502 | Telephone and mobiles | expense
    7503 | Internet and hosting | expense
    7504 | Software subscriptions | expense
    7505 | Books and journals | expense
    7506 | Office consumables | expense
    7600 | Legal fees | expense
    7601 | Audit fees | expense
    7602 | Accountancy fees | expense
    7603 | Consultancy fees | expense
    7604 | Professional subscriptions | expense
    7605 | Business insurance | expense
    7700 | Equipment hire and leasing | expense
    7701 | Equipment maintenance | expense
  P055 | Bank, losses and sundry | expense:
    7901 | Bank charges | expense
    7902 | Card processing fees | expense
    7906 | Exchange losses | expense
    7907 | Exchange losses not realised yet | expense
    8100 | Bad debts written off | expense
    8102 | Movement in provision for doubtful debts | expense
    8200 | Donations | expense
    8201 | Fines and penalties, disallowed for tax | expense
    8204 | Cash differences | expense
    8205 | Rounding differences | expense
    8250 | Sundry expenses | expense
  P056 | Depreciation | expense:
    8000 | Depreciation of tangible assets | expense
    8005 | Impairment of fixed assets | expense
    8010 | Amortisation of intangible assets | expense
    8020 | Loss on disposal of fixed assets | expense
P06 | 6. Other operating income | income:
  4200 | Profit on disposal of fixed assets | income
  4201 | Impairment of fixed assets, reversed | income
  4900 | Miscellaneous income | income
  4901 | Grants received | income
  4902 | Commissions received | income
  4903 | Insurance claims | income
  4904 | Rent received | income
  4905 | Bad debts recovered | income
  4906 | Exchange gains | income
  4907 | Exchange gains not realised yet | income
P10 | 10. Other interest receivable and similar income | income:
  4910 | Bank interest received | income
  4911 | Dividends received | income
P12 | 12. Interest payable and similar charges | expense:
  7900 | Bank interest paid | expense
  7903 | Loan interest paid | expense
  7904 | Hire purchase interest | expense
P13 | 13. Tax on profit | expense:
  8800 | Corporation tax expense | expense
  8801 | Deferred tax expense | expense
S | Statistics | statistical:
  9901 | Foreign currencies | statistical
""")

# fmt: off
PURPOSES = {
    "cash": "1235", "bank": "1200", "card": "1250",
    "cheques_received": "1255", "transit": "1260", "receivable": "1100", "other_receivable": "1102",
    "affiliate_receivable": "1103", "tax_input": "2201", "tax_input_reduced": "2201", "tax_input_acquisition": "2205",
    "tax_input_reverse": "2206", "tax_input_import": "2205", "stock": "1001", "advance_paid": "1005", "prepaid_expense": "1290",
    "payable": "2100", "affiliate_payable": "2103", "prepayment": "2104", "deferred_income": "2110", "accrued_expense": "2109",
    "wages_payable": "2220", "payroll_tax": "2210", "social_security": "2211", "tax_output": "2200", "tax_output_reduced": "2203",
    "tax_output_acquisition": "2204", "tax_output_reverse": "2207", "tax_settlement": "2202", "tax_paid": "2202", "loan": "2300",
    "suspense": "9998", "capital": "3000", "drawings": "3260", "retained": "3100", "opening": "3900", "revenue": "4000",
    "revenue_reduced": "4001", "revenue_exempt": "4003", "revenue_zero": "4002", "revenue_export": "4004", "revenue_eu_goods": "4005",
    "revenue_eu_services": "4006", "revenue_reverse": "4007", "discount": "4009", "cash_discount_given": "4010",
    "cash_discount_taken": "5010", "other_income": "4900", "exchange_gain": "4906", "exchange_loss": "7906", "disposal_gain": "4200",
    "disposal_loss": "8020", "interest_income": "4910", "interest_expense": "7900", "goods": "5001", "services": "5003",
    "stock_change": "5200", "wages": "7000", "salaries": "7003", "social_cost": "7006", "rent": "7100", "depreciation": "8000",
    "bank_fee": "7901", "card_fee": "7902", "write_off": "8100", "recovered": "4905", "cash_difference": "8204", "rounding": "8205",
    "income_tax": "8800",
    "unrealised_gain": "4907", "unrealised_loss": "7907", "currency_position": "9901",
    "asset_land": "0010", "asset_building": "0010", "asset_machinery": "0020", "asset_vehicle": "0050", "asset_equipment": "0040",
    "asset_computer": "0032", "asset_intangible": "0005", "asset_low_value": "0040", "asset_pool": "0040", "asset_construction": "0060",
    "accumulated_building": "0011", "accumulated_machinery": "0021", "accumulated_vehicle": "0051", "accumulated_equipment": "0041",
    "accumulated_computer": "0033", "accumulated_intangible": "0006", "depreciation_building": "8000", "depreciation_vehicle": "8000",
    "depreciation_intangible": "8010", "depreciation_low_value": "8000", "depreciation_pool": "8000", "impairment": "8005",
    "write_up": "4201",
    "tax_output_oss": "2208", "revenue_oss": "4005", "revenue_outside": "4006",
    "advance_asked": "1111", "deposit_held": "2115",
    "withholding_payable": "2240", "withholding_receivable": "1115",
}
# fmt: on

register_chart("uk", "United Kingdom", ACCOUNTS, PURPOSES, country="GB")
