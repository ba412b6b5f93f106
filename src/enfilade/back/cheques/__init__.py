"""cheques: those that we write to suppliers, each number once, until the bank presents them; those that customers give us, until credited.

Owns cheque books with their numbers, cheques that were written, cheques that were received and the slips with which they are deposited.
Guarantees in PostgreSQL: numbers of an account stand in one book and are used once; what was written or received never changes but in how
far it came; a cheque is in one slip. Calls payables, billing, the ledger and banking, which it tells what a line may be.
Publishes ChequeWritten, ChequeVoided, ChequePresented, ChequeReceived, ChequesDeposited, ChequeBounced.
"""
