"""Switch: an interbank card centre that can be run on a laptop, for people who must test against one.

ISO 8583 comes in over TCP, is routed by BIN to simulated issuers, journaled and answered; at the end of the business day
the journal is cleared between the banks, and merchants are paid. Each folder is a room with a docstring that says what
comes in, what goes out and what it refuses to know; ``tests/test_layering.py`` holds who may import whom. Beside the rooms
stand only the words all of them may say: transactions, cards, money, merchants, business days, records, tables of a
specification, errors.
"""
