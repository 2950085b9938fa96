"""What a card may do: its product with the limits, its status, what it did in the last week, a file of a million cards.

Tables of a file, bytes and durable entries come in; records, and counts, go out. It refuses to know accounts and money that is
held, and it judges nothing: ``issuers.decide`` does.
"""
