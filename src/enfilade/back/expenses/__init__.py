"""expenses: what people lay out for the company, proved by receipts, approved by somebody else, paid back once.

Owns claims with their lines and receipts, categories, company cards, and dated rates for kilometres and days away. Guarantees in
PostgreSQL: nobody approves her own claim; what was submitted does not change; a claim is posted once and sums its lines. Calls party,
money, the ledger, tax, and payables: what a person is owed is a bill of hers, which payment runs pay. Publishes ClaimSubmitted,
ClaimApproved, ClaimRejected, ClaimPosted, ClaimTakenBack, ClaimReimbursed.
"""
