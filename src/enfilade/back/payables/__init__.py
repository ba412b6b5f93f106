"""payables: what suppliers want, proved, approved, and paid once.

Owns bills and credit notes of suppliers with their lines, terms and bank accounts of suppliers, payments to them, what each payment or
credit note settled, what was set off against invoices of ours, and payment runs. Guarantees in PostgreSQL: a bill of a supplier is entered
once, never settled for more than it is over, and taken by one run at a time; an account of a supplier, and a run, each need a second
person; what was released never changes. Calls party, the ledger, tax, billing and banking, which it tells what a line may be for.
Publishes BillEntered, BillApproved, BillVoided, SupplierPaid, SupplierPaymentReversed, ClaimsSetOff, SetOffUndone, RunReleased,
RunCancelled.
"""
