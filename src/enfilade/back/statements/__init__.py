"""statements: what the books say of a company beside balance sheet and profit and loss.

Owns the categories of cash flows, and reads everything else: cash flow, changes in equity, ratios, and the page of proofs.
Calls ledger and books; publishes nothing. Every module may register a proof (core.proofs).
"""
