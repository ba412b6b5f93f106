"""direct_debits: what customers let us take from their accounts, taken once, and what came back.

Owns the creditor identifier, mandates with their amendments, collection runs with their collections, and what each collection takes of
which invoice. Guarantees in PostgreSQL: an invoice is in one collection at a time; nothing is collected without a signed mandate that is
valid on the day, nor before its payer was told in time; a run needs a second person; what was released never changes.
Calls party, the ledger, billing, dunning and banking, which it tells what a line of the bank may be for. Publishes MandateSuspended,
CollectionsReleased, InvoicesCollected, CollectionReturned.
"""
