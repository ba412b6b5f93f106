"""Tables: where the company writes from, what it wrote and got, in which words, and to whom it does not write."""

from .message import Attachment, Mail, Recipient, Thread
from .settings import Block, Mailbox, MessageTemplate

__all__ = ["Attachment", "Block", "Mail", "Mailbox", "MessageTemplate", "Recipient", "Thread"]
