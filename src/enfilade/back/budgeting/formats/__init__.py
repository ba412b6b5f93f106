"""Budgets in files."""
