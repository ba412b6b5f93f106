"""Visitors: everybody who comes to see somebody, from the invitation to the door on the way out, in one record.

Owns entrances, visitors and the watch list. Calls party (who it is) and work (who stands in for a host).
Publishes VisitorInvited, VisitorArrived, VisitorFetched, VisitorLeft, VisitorTurnedAway and VisitorMissed.
Guarantees: a badge is worn by one visitor; who is expected and comes is one record, however she comes in; nobody on the watch list is
let in unless somebody who may answers for it.
"""
