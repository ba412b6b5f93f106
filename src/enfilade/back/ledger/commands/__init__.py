"""What the ledger does: it is founded, posted to, closed; opening balances and journals of other programs come in; entries come again."""

from .completing import complete_chart
from .dividing import lift_rule, rule_dimension, rule_purpose
from .foreign import Currency, Rate, currency_in, worth_on
from .journals import import_journal, take_back_journal
from .opening import OpeningLine, enter_opening_balances, import_opening_balances, take_back_opening
from .planning import defer_line, drop_planned, plan_reversal, post_accrual, post_planned
from .posting import JournalLine, Leg, Posting, difference_leg, found_ledger, post_journal, post_legs, reverse_journal, write_postings
from .recurring import (
    add_entrytemplate,
    change_lines,
    end_recurring,
    pause_recurring,
    post_occurrence,
    post_template,
    repeat_template,
    resume_recurring,
    retire_template,
)
from .revaluing import revalue_currencies
from .yearend import close_year, mark_task, reopen_year, unmark_task
from .years import admit_late, close_period, open_year, reopen_period, soft_close_period

__all__ = [
    "Currency",
    "JournalLine",
    "Leg",
    "OpeningLine",
    "Posting",
    "Rate",
    "add_entrytemplate",
    "admit_late",
    "change_lines",
    "close_period",
    "close_year",
    "complete_chart",
    "currency_in",
    "defer_line",
    "difference_leg",
    "drop_planned",
    "end_recurring",
    "enter_opening_balances",
    "found_ledger",
    "import_journal",
    "import_opening_balances",
    "lift_rule",
    "mark_task",
    "open_year",
    "pause_recurring",
    "plan_reversal",
    "post_accrual",
    "post_journal",
    "post_legs",
    "post_occurrence",
    "post_planned",
    "post_template",
    "reopen_period",
    "reopen_year",
    "repeat_template",
    "resume_recurring",
    "retire_template",
    "revalue_currencies",
    "reverse_journal",
    "rule_dimension",
    "rule_purpose",
    "soft_close_period",
    "take_back_journal",
    "take_back_opening",
    "unmark_task",
    "worth_on",
    "write_postings",
]
