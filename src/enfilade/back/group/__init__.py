"""group: companies of this house that belong together, what they owe each other, and their statements as those of one company.

Owns who belongs to the group, which party is which company, how accounts are mapped, and entries that exist in the group only.
Calls ledger, billing, payables and books, and reads other companies by core.across; publishes nothing.
"""
