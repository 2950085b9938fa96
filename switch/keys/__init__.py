"""The keys of banks and zones: a file of them in the data folder, test keys anybody can compute, one narrow door to their use.

Names of keys and data come in; verdicts, enciphered blocks and check values go out. It refuses to give away the bytes of a key
or a clear PIN, and to know messages, banks and their rules.
"""
