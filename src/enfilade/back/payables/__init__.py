"""payables: what suppliers want, proved, approved, and paid once.

Owns bills and credit notes of suppliers with their lines, terms and bank accounts of suppliers, payments to them, what each payment or
credit note settled, and payment runs. Guarantees in PostgreSQL: a bill of a supplier is entered once, never settled for more than it is
over, and taken by one run at a time; an account of a supplier, and a run, each need a second person; what was released never changes.
Calls party, the ledger, tax and banking, which it tells what money that went out may be for. Publishes BillEntered, BillApproved,
BillVoided, SupplierPaid, SupplierPaymentReversed, RunReleased, RunCancelled.
"""
