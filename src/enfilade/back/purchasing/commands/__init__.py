"""What purchasing does: asks, orders, receives, compares bills, accrues."""

from .accruing import accrue_not_billed
from .deciding import accept_difference, claim_credit, drop_claim, settle_claim
from .matching import MatchLineIn, confirm_match, count_bill, match_bill, uncount_bill, unmatch_bill
from .ordering import AmendedLine, OrderLineIn, amend_order, approve_order, cancel_order, change_order, close_order, draft_order
from .receiving import ReceivedLine, correct_receipt, receive_order, return_goods
from .requisitions import decline_requisition, order_requisition, order_requisitions, request_purchase, withdraw_requisition
from .sending import mark_order_sent, send_order

__all__ = [
    "AmendedLine",
    "MatchLineIn",
    "OrderLineIn",
    "ReceivedLine",
    "accept_difference",
    "accrue_not_billed",
    "amend_order",
    "approve_order",
    "cancel_order",
    "change_order",
    "claim_credit",
    "close_order",
    "confirm_match",
    "correct_receipt",
    "count_bill",
    "decline_requisition",
    "draft_order",
    "drop_claim",
    "mark_order_sent",
    "match_bill",
    "order_requisition",
    "order_requisitions",
    "receive_order",
    "request_purchase",
    "return_goods",
    "send_order",
    "settle_claim",
    "uncount_bill",
    "unmatch_bill",
    "withdraw_requisition",
]
