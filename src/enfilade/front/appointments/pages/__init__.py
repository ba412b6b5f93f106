"""Pages of appointments that a resource cannot express."""
