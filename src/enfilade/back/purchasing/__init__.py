"""purchasing: what the house needs, ordered from suppliers, received, and paid only as far as it came at the price that was agreed.

Owns requisitions, orders with their lines and versions, receipts and returns, what lines of bills were matched with, and accruals of what
came and was not billed. Guarantees in PostgreSQL: no more is received than was ordered and is tolerated, no more is billed than came, what
was received never changes, and no bill that was matched is approved past its match. Calls party, item, the ledger, tax, budgeting,
payables and einvoice, which do not know it: it listens to bills. Publishes RequisitionMade, OrderApproved, OrderSent, OrderAmended,
OrderClosed, GoodsReceived, GoodsReturned, BillMatched, CreditClaimed.
"""
