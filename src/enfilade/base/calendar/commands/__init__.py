"""What can be done with scarce time."""

from .booking import move_booking, release_booking, reserve_time
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

__all__ = [
    "change_following",
    "change_series",
    "choose_free",
    "end_series",
    "extend_series",
    "move_booking",
    "move_occurrence",
    "release_booking",
    "release_following",
    "reserve_series",
    "reserve_time",
    "skip_occurrence",
]
