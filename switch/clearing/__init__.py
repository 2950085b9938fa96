"""Clearing: what each bank owes the others for the approvals of a business date, and the double entries that say so.

The journal of a date and the interchange table come in; presentments, postings, net positions and proofs go out, by SQL for
a whole day at once. It refuses to know whose files they stand in; what merchants are charged is computed in the same pass,
by terms that settlement hands it.
"""
