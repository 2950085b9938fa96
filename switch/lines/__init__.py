"""Lines: TCP connections that carry ISO 8583, plain or in TLS, with their sessions, whichever side called.

Sockets come in; whole frames, sign-ons and notices go out, and messages are written. It refuses to know what a financial
message means. A line of the centre never blocks; ``client`` is the one of ``switch send``, which waits for its answer.
"""
