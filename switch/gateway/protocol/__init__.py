"""est3Dgate, as pure values: the fields of a payment, the hash that vouches for them, what is answered, the states of an order.

In: the fields of a post, as text. Out: what they say, what is wrong with them and why, the fields of an answer. It refuses to
know sockets, the clock and pages. Source of the protocol: public integration notes of shops and their libraries.
"""
