"""Transfers: the payouts as credit transfers at the centre's bank, in ISO 20022 messages.

Payouts of a settled date come in, and the bank's files (pain.002, camt.054, pacs.004) as bytes; the bytes of a pain.001, what
a bank said of each transfer, and the state that follows from it go out. It refuses to know where any of these stand: it opens
no file, asks no database and has no clock.
"""
