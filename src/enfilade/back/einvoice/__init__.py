"""einvoice: invoices that programs read, as EN 16931 has them: out from our own bills, and in from suppliers.

Owns how each customer wants them, every e-invoice that was made (kept as it left), and every one that came in with what was found in it.
Guarantees: what breaks the official rules does not leave; what was made or came in is never changed (trigger).
Calls billing, payables, party and document (PDF/A-3); publishes EInvoiceMade, EInvoiceTaken.
"""
