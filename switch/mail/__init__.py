"""Statements by mail: what is to be sent to whom, written once, and sent once.

A closed date of the books, its files and what the specification says of mail come in; messages go out, as files or to a mail
server, and what became of each stays in the outbox. It refuses to know how a day is settled or what stands on a statement.
"""
