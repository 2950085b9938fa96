"""The journal: what was asked and decided, written down once, in order, and never changed.

Requests, decisions and reversals come in, a turn's worth in one commit; what is needed to go on after a restart, and what
somebody asks of the past, goes out. It refuses to know why anything was decided, and what a day makes of it.
"""
