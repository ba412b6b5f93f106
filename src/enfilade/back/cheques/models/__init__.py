"""Tables: cheque books and what was written from them; cheques received and the slips they are deposited with."""

from .received import DepositSlip, ReceivedCheque
from .written import ChequeBook, WrittenCheque

__all__ = ["ChequeBook", "DepositSlip", "ReceivedCheque", "WrittenCheque"]
