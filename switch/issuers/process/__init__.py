"""An issuer as a process of its own: its book on disk, its line to the centre, its end with the centre's.

Bytes of requests, advices and reversals come in; answers go out once the book has them. It refuses to judge: that is the
room around it, which is pure.
"""
