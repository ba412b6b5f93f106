"""What somebody is asked for an item: price lists with quantity breaks, by customer, by group of customers, or for everybody.

Owns price lists, their prices, groups of customers and who has which list. Guarantees in PostgreSQL: one price of an item from a quantity
on, on any day of a list; no list that follows itself, one list for everybody. Calls item, party, money. Publishes PricesRaised.
"""
