"""What the specification says of mail: senders, and the line to a mail server.

A table of ``mail.toml`` comes in, a checked value goes out. It refuses to know messages, and opens no file and no connection.
"""
