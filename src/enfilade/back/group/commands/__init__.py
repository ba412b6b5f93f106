"""What the group does: companies join and leave, accounts get their place, partners are named, documents and entries are mirrored."""

from .entries import GroupLine, post_consolidation, reverse_consolidation
from .members import add_groupcompany, change_holding, leave_group, map_account, unmap_account
from .partners import forget_partner, mirror_entry, name_partner, take_invoice

__all__ = [
    "GroupLine",
    "add_groupcompany",
    "change_holding",
    "forget_partner",
    "leave_group",
    "map_account",
    "mirror_entry",
    "name_partner",
    "post_consolidation",
    "reverse_consolidation",
    "take_invoice",
    "unmap_account",
]
