"""Files for and from the bank."""
