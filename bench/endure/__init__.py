"""Endurance: a house is served as in production, visitors work in it, and then things go wrong.

kills: processes are killed while commands come in. nodes: of two nodes and two database servers one is lost. load: many people at once.
At the end what was acknowledged is compared with what is stored; see `make endure`.
"""
