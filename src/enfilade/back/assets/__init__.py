"""assets: what the company owns for years, what it cost, and what of it is used up.

Owns classes of assets, assets with the terms by which they are written off, everything that moved their cost and their depreciation, runs
of depreciation, where assets stand and when they were last seen. Guarantees in PostgreSQL: no day of an asset is depreciated twice, no
value falls below its residual value, the register is the sum of its movements, and what was posted never changes. Calls the ledger and
payables; publishes AssetAcquired, DepreciationPosted, DepreciationReversed, AssetDisposed.
"""
