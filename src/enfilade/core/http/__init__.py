"""Between an address and a view: who asks, whether she may, and how a refusal is answered."""
