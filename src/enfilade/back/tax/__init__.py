"""tax: what is charged on a sale, by class of goods and by day.

Owns tax codes with rates, dates and EN 16931 categories, and the rules of rounding.
Calls money; publishes nothing.
"""
