"""Billing: what was done becomes charges, charges become numbered invoices, invoices are paid, cash is counted.

Owns charges, invoices and credit notes with their lines, payments and refunds, what of which payment settles which invoice, write-offs,
and the sessions of cash drawers. Calls party, item, money, tax, document (PDF) and the ledger, to which everything is posted in the same
transaction. Guarantees in PostgreSQL that no more is allocated than was paid and than is open.
Publishes ChargeAdded, DiscountGiven, InvoiceIssued, InvoiceCredited, PaymentTaken, PaymentAllocated, PaymentRefunded, PaymentVoided,
WrittenOff, DrawerClosed.
"""
