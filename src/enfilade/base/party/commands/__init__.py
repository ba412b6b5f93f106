"""What can be done with parties."""

from .contact import add_address, add_contact_point, prefer_contact_point, remove_address, remove_contact_point
from .importing import complete_party, import_contact
from .merge import merge_parties
from .people import add_party, add_person, archive_party, link_account, restore_party
from .relation import add_relationship, end_relationship, give_role, remove_role

__all__ = [
    "add_address",
    "add_contact_point",
    "add_party",
    "add_person",
    "add_relationship",
    "archive_party",
    "complete_party",
    "end_relationship",
    "give_role",
    "import_contact",
    "link_account",
    "merge_parties",
    "prefer_contact_point",
    "remove_address",
    "remove_contact_point",
    "remove_role",
    "restore_party",
]
