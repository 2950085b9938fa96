"""The running centre: a process that serves acquirers, asks issuers and takes turns.

Frames, signals and time come in; answers, notices and files go out, and nothing is said that is not written down. It
refuses to judge a transaction (``routing``) and to know how a message is written (``iso8583``).
"""
