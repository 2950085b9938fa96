"""What the tests share: a centre in the test's own loop, issuers it plays, builders of days and messages.

Nothing of it is asserted here.
"""
