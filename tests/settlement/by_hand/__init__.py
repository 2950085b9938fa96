"""Sixty transactions worked out by hand, with their rules, and what their days come to."""
