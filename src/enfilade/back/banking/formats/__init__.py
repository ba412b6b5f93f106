"""Formats of bank statements, read in a process of their own: camt.053 and MT940. `reader` knows them all."""
