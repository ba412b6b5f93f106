"""Tables: parties, and what is known of each."""

from .contact import Address, ContactPoint
from .party import Party, PartyWord
from .relation import PartyRole, Relationship

__all__ = ["Address", "ContactPoint", "Party", "PartyRole", "PartyWord", "Relationship"]
