"""Reception: every contact from the first hello to its end, and what can be settled here without reaching anybody else.

Owns the answer book and its versions, calls in every channel, message slips, interruptions, facts of the company and pay rates.
Calls work (cases), calendar, party, document, item, appointments, visitors and billing. Publishes CallRang, CallTaken, CallEnded,
QuestionNoted, AnswerPublished, MessageTaken and MessageRead.
Guarantees: an explained answer names the exact version; published versions never change; one contact has one handler.
"""
