"""Commands: operations written once, that every entrance uses through one runner.

Owns the registry of commands, their inputs (one Django form each), the runner and the door.
"""

from .declare import command
from .door import DoorCheck, Facts, Verdict, register_door
from .given import primary_key, require_date
from .inputs import OWN_CURRENCY, Amount, Choice, Input, LongText, Percent, Ref, SummedAmount, Today
from .registry import REGISTRY, Command, Deprecated, command_named
from .runner import execute, run_raw

__all__ = [
    "OWN_CURRENCY",
    "REGISTRY",
    "Amount",
    "Choice",
    "Command",
    "Deprecated",
    "DoorCheck",
    "Facts",
    "Input",
    "LongText",
    "Percent",
    "Ref",
    "SummedAmount",
    "Today",
    "Verdict",
    "command",
    "command_named",
    "execute",
    "primary_key",
    "register_door",
    "require_date",
    "run_raw",
]
