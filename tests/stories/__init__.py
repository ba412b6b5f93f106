"""Stories, told through the API."""
