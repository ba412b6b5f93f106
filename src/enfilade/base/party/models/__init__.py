"""Tables: parties, and what is known of each."""

from .contact import Address, ContactPoint
from .party import Party
from .relation import PartyRole, Relationship

__all__ = ["Address", "ContactPoint", "Party", "PartyRole", "Relationship"]
