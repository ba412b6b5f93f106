"""What the company sells or uses: services and products, with unit, tax class and prices by date.

Owns items and their prices. Calls money. Publishes nothing.
"""
