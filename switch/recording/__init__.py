"""A recorder between gateways and any host, and what can be done with a recording.

A gateway calls it instead of its host; the bytes of both go on as they came, and the messages among them are kept as those of a
trace are. It refuses to know what the messages mean, and changes none.
"""
