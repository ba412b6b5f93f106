"""Appointments: from the promise of a time to the patient leaving, paid and provided for.

Owns services, visits and prescriptions. Calls calendar (time), document (papers), billing (charges, invoice, payment) and work
(the follow-up of a prescription). Publishes VisitBooked, VisitArrived, TreatmentFinished, VisitCheckedOut and the like.
"""
