"""What cheques do: books and cheques that are written from them; cheques received, deposited, bounced."""

from .books import end_chequebook, move_print, open_chequebook
from .depositing import deposit_cheques
from .receiving import bounce_cheque, give_cheque_back, receive_cheque
from .writing import ChequePart, spoil_cheque, void_cheque, write_cheques

__all__ = [
    "ChequePart",
    "bounce_cheque",
    "deposit_cheques",
    "end_chequebook",
    "give_cheque_back",
    "move_print",
    "open_chequebook",
    "receive_cheque",
    "spoil_cheque",
    "void_cheque",
    "write_cheques",
]
