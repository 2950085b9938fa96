"""ISO 8583:1993, brought into the form of 1987 and back.

Messages of 1993 come in, and the same as 1987 says it go out, and the other way; codes, the point of service and the
acceptor's location are tables. It refuses to invent: what the other edition cannot say stays behind.
"""
