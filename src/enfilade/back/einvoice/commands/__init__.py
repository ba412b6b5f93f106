"""What is done with e-invoices."""

from .entering import enter_einvoice
from .incoming import take_einvoice
from .outgoing import make_einvoice, set_einvoice_wish

__all__ = ["enter_einvoice", "make_einvoice", "set_einvoice_wish", "take_einvoice"]
