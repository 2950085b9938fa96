"""Messages for people: what an element means, where a message stops making sense, what unknown bytes may be.

Bytes and messages come in; words go out, with card numbers, tracks and card verification values hidden, and for the trace
the bytes with all secrets overwritten. It refuses to answer anybody: the centre does not need it to authorize.
"""
