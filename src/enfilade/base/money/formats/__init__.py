"""Files of rates, one format per file."""
