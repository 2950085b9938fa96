"""Plain requests and answers, read without decoding them: of most messages a few values are all that is needed.

Bytes come in; the same authorization or answer goes out that ``mapping`` makes of the decoded message, or None where anything
about it is not plain. It refuses to say what is wrong: then the message is decoded, and ``mapping`` says.
"""
