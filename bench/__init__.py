"""Benchmarks: each figure is a ratio against a limit measured in the same run, or a rate with its bar. Never a timed test."""
