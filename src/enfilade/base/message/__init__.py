"""Letters of a company by e-mail: what goes out through one outbox, and what comes in.

Owns mailboxes, threads, messages with recipients and attachments, templates, blocked addresses. Calls party and work. Publishes
MessageQueued, MessageSent, MessageFailed. Guarantees: a message is handed to the mail server at most once unless a person says
otherwise; its Message-ID never changes; what could not be sent, and what may have been sent, is shown with the reason.
"""
