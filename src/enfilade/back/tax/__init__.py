"""tax: what is charged on a sale, by class of goods and by day, and the returns about it.

Owns tax codes with rates, dates and EN 16931 categories, the rules of rounding, forms of returns as data, and returns.
Calls money, ledger and books; publishes nothing. Upper modules tell it what of their documents is taxed (parts.py).
"""
