"""Telling other programs what happened: signed calls to the addresses of subscribers, as Standard Webhooks describes them.

Owns subscriptions and deliveries. Learns of every event from the outbox of core, in the transaction that publishes it. Guarantees:
what was committed is delivered at least once under an id that never changes, tried for a day, logged; no address leads into the house.
"""
