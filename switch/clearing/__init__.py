"""Clearing: what each bank owes the others for the approvals of a business date.

The journal of a date and the interchange table come in; presentments, postings, net positions and proofs go out, by SQL for
a whole day at once. It refuses to know whose files they stand in, and when the money moves.
"""
