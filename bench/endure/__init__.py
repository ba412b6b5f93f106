"""Endurance: a house is served as in production, visitors work in it, and then things go wrong.

`python -m bench.endure kills` kills processes while commands come in, and compares what was acknowledged with what is stored.
"""
