"""The payment gateway in front of the centre: the page where a shopper pays, as Moroccan shops already post to it.

In: form posts of shops and shoppers. Out: ISO 8583 to the centre, pages to the shopper, callbacks to the shop. It is an
acquirer like any other, and refuses to know how the centre works inside.
"""
