"""ledger: the money book of the company.

Owns the chart of accounts (a book called general) and which account serves which purpose.
Calls books; knows nobody who posts: an entry carries the reference of its origin.
Publishes LedgerFounded, MonthClosed.
"""
