"""Lines: TCP connections that carry ISO 8583, with their sessions, whichever side called.

Sockets come in; whole frames, sign-ons and notices go out, and messages are written. It refuses to know what a financial
message means: it never blocks, and asks nobody what to answer but in network management.
"""
