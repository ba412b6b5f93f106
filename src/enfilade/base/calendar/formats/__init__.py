"""File formats of calendar."""
