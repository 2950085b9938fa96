"""Between messages and the words of the trade: what an acquirer asks, what an issuer answers, what a session says.

Messages in 1987 form come in; authorizations, reversals, answers and totals go out, and the other way. It refuses to know
bytes (``codec``) and to judge what it reads.
"""
