"""Amounts: currencies, rounding, allocation without loss, rates between currencies.

Owns exchange rates and the arithmetic of money. Calls core only. Publishes RatesTaken.
"""
