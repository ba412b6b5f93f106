"""What can be done with scarce time."""

from .booking import move_booking, release_booking, reserve_time
from .feeds import make_feed, renew_feed, revoke_feed
from .holidays import follow_holidays, load_holidays
from .importing import follow_event, import_event
from .series import (
    change_following,
    change_series,
    end_series,
    extend_series,
    move_occurrence,
    release_following,
    reserve_series,
    skip_occurrence,
)
from .taking import choose_free
from .waiting import accept_offer, add_waitingentry, decline_offer, enter_waiting, lapse_offer, offer_time, withdraw_entry

__all__ = [
    "accept_offer",
    "add_waitingentry",
    "change_following",
    "change_series",
    "choose_free",
    "decline_offer",
    "end_series",
    "enter_waiting",
    "extend_series",
    "follow_event",
    "follow_holidays",
    "import_event",
    "lapse_offer",
    "load_holidays",
    "make_feed",
    "move_booking",
    "move_occurrence",
    "offer_time",
    "release_booking",
    "release_following",
    "renew_feed",
    "reserve_series",
    "reserve_time",
    "revoke_feed",
    "skip_occurrence",
    "withdraw_entry",
]
