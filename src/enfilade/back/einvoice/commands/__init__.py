"""What is done with e-invoices."""

from .incoming import take_einvoice
from .outgoing import make_einvoice, set_einvoice_wish

__all__ = ["make_einvoice", "set_einvoice_wish", "take_einvoice"]
