"""budgeting: what a year of accounts is planned to bring and to cost, and how it went.

Owns versions of budgets and their amounts by account, month and value of a dimension. Calls ledger and books; publishes that one counts.
"""
