"""books: one double-entry engine for everything that is counted.

Owns books, accounts, periods, entries with their lines, kept balances and the sealed chain of hashes.
Guarantees in PostgreSQL: entries balance per unit, nothing posted changes, nothing is posted into a closed period,
balances are the sums of the lines.
Calls nothing; publishes BookSealed.
"""
