"""Journals as other programs write them: hledger, Ledger, beancount and CSV come in, hledger and beancount go out."""
