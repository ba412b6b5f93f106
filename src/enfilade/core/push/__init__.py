"""Notifications by web push: they reach a person's browsers although no page of the house is open (RFC 8030, 8188, 8291, 8292).

`rules` decides, `sealing` encrypts and signs, `sending` delivers by jobs; the commands are in `core.devices`. Guarantees: a push says what
the bell says and no more, the service that carries it can't read it, and nothing is called that lies inside a private network.
"""
