"""Routing: which issuer a card belongs to, and the life of every exchange. Sees no byte and no data element's number."""
