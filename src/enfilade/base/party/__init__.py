"""Every person and organisation once: names, contact points, addresses, roles, relationships, duplicates."""
