"""A second computation of the merchants' side of the day, in plain Python, from the pages, the specification and the tables.

Its author had ``docs/``, ``specs/`` and the schemas of the databases, and not the code of clearing, settlement and close. It
reads the journal and the TOML files, computes every presentment, fee, remise, entry, payout, position and account of each
closed date, and compares all of it with the books. Where the pages said nothing, small closes were asked, and the pages now say
it; which merchants without a contract are charged was confirmed in the code, after the first faults were found.

It knows no tips, holds that expire, or direct debits.
"""
