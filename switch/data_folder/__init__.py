"""The folder a centre keeps: its one lock, its key, and how each of its databases is opened.

A path and the schema of a database come in; a connection goes out, brought up to date, or a sentence. It refuses to know
what stands in the tables; what seals a card number stands here, and nobody else has the key. The certificates of a test are
made here too, by the same library.
"""
