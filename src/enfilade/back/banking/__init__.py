"""banking: what the bank says, proved, and matched to what the books say.

Owns bank accounts, the files and statements that came from the bank, their lines, what each line was matched with, and learnt rules.
Guarantees in PostgreSQL: a statement adds up, a line is taken once and never changes, no more of it is matched than it has,
and an entry of the ledger stands for one line only.
Calls billing (transfers), the ledger (the rest), books and party; publishes StatementTaken, LineMatched, LineUnmatched.
"""
