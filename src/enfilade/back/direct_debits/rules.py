"""Days, reasons and identifiers of direct debits. Pure: no database, no clock.

Source: EPC016-06 and EPC222-07, SEPA Direct Debit Core and B2B rulebooks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from stdnum.eu import at_02
from stdnum.exceptions import ValidationError

from enfilade.back.banking.rules import SEPA_DAYS

UNUSED_MONTHS = 36


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a collection was refused or came back. charged: the payer's fault; suspends: the mandate is not used until somebody asked."""

    sentence: str
    charged: bool = False
    suspends: bool = False


# Source: ISO 20022 external code list, ExternalReturnReason1Code; EPC173-14, guidance on reason codes for SDD R-transactions.
REASONS: dict[str, Reason] = {
    "AC01": Reason("The account does not exist: the IBAN is wrong.", suspends=True),
    "AC04": Reason("The account is closed.", charged=True, suspends=True),
    "AC06": Reason("The account is blocked.", charged=True, suspends=True),
    "AC13": Reason("The account is a consumer's, from which nothing is collected between businesses.", suspends=True),
    "AG01": Reason("Direct debits are not allowed on this account.", suspends=True),
    "AG02": Reason("The bank did not understand the kind of collection."),
    "AM04": Reason("There was not enough money on the account.", charged=True),
    "AM05": Reason("It was collected twice."),
    "BE05": Reason("The creditor identifier is wrong.", suspends=True),
    "CNOR": Reason("Our bank is not registered for this."),
    "DNOR": Reason("The payer's bank is not registered for this."),
    "ED05": Reason("The settlement between the banks failed."),
    "FF01": Reason("The file was not in order."),
    "FF05": Reason("The scheme of the collection is wrong."),
    "FOCR": Reason("It was called back."),
    "MD01": Reason("The payer gave no mandate, or has revoked it.", suspends=True),
    "MD02": Reason("Something about the mandate is missing or wrong.", suspends=True),
    "MD06": Reason("The payer had the money given back.", charged=True),
    "MD07": Reason("The payer has died.", suspends=True),
    "MS02": Reason("The payer refused it.", charged=True, suspends=True),
    "MS03": Reason("The bank gives no reason."),
    "RC01": Reason("The BIC is wrong."),
    "RR01": Reason("By law the bank needs the payer's account, which is missing."),
    "RR02": Reason("By law the bank needs the payer's name or address, which is missing."),
    "RR03": Reason("By law the bank needs our name or address, which is missing."),
    "RR04": Reason("The bank may not execute it by law."),
    "SL01": Reason("The payer has told the bank to let us collect nothing.", suspends=True),
}
NO_REASON = "MS03"
UNKNOWN = Reason("The bank gives a reason that is not known here.")


def reason_of(code: str) -> Reason:
    """What a code of a bank means."""
    return REASONS.get(code, UNKNOWN)


def earliest(today: date, lead_days: int, notice_days: int) -> date:
    """The first day on which something can be collected whose payer is told today."""
    return max(SEPA_DAYS.after(today, lead_days), SEPA_DAYS.from_day(today + timedelta(days=notice_days)))


def expires_on(used_on: date) -> date:
    """Until when a mandate holds that was last used, or signed, on a day. Source: EPC016-06 4.1: 36 months."""
    return used_on + relativedelta(months=UNUSED_MONTHS)


def plain_identifier(text: str) -> str:
    """A creditor identifier in capitals, without spaces; "" where its check digits are wrong (ISO 7064, mod 97-10)."""
    try:
        return str(at_02.validate(text))
    except ValidationError:
        return ""


def sequence_of(*, one_off: bool, used: bool) -> str:
    """Whether a collection is the only one, the first, or one of many. Source: EPC016-06, AT-21."""
    return "OOFF" if one_off else "RCUR" if used else "FRST"
