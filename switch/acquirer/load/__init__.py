"""A load of messages put on a host by acquirers: what ``switch load`` drives.

A mix, a pace and limits come in; what was answered, how quickly, and what the load itself took go out. It refuses to know how
that is shown, and what the host does with what it is sent.
"""
