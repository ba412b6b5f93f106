"""Anything that somebody has to do or answer: taken, routed, handed over, accepted, answered, told, closed.

Owns queues, rules, absences, service levels, templates, cases, steps, hand-overs, notes, time spent. Calls party, calendar. Publishes
CaseOpened, CaseHandedOver, CaseAccepted, CaseReturned, CaseAnswered, PartyTold, CaseClosed, CaseOverdue, CaseEscalated, CasesMerged.
Guarantees: a case always has a queue or an owner, nothing is given to who is away, a hand-over counts when it is accepted, what was
promised for a time cannot be forgotten, each step of an escalation is taken once, what is required is done before a case is settled,
and time that was written down is corrected, never changed.
"""
