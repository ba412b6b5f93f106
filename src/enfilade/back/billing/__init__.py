"""Billing: what was done becomes charges, charges become numbered invoices, invoices are paid, cash is counted.

Owns charges, invoices and credit notes with their lines, payments and refunds, and the sessions of cash drawers. Calls
party, item, money, tax, document (PDF) and the ledger, to which everything is posted in the same transaction.
Publishes ChargeAdded, DiscountGiven, InvoiceIssued, InvoiceCredited, PaymentTaken, PaymentRefunded, DrawerClosed.
"""
