"""auditing: the books as files for auditors and authorities.

Owns the formats (DATEV, FEC, GDPdU, SAF-T) and the record of each file: who, when, of which days, with which hash.
Calls ledger and books; publishes nothing.
"""
