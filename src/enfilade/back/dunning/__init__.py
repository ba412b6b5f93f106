"""dunning: customers who are late are reminded, by level, and nobody twice.

Owns levels, base rates of interest, holds and promises on invoices, and reminders with the notices of their invoices. Guarantees in
PostgreSQL that an invoice gets a level once and has one hold at a time. Calls billing, message and document (PDF); publishes ReminderSent
and LastLevelReached.
"""
