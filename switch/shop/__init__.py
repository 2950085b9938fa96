"""A shop to try the payment page with: the bills of a telephone company, paid in five steps.

In: what a customer chooses and what the gateway posts back. Out: pages, and the form that asks for a payment. It is a shop like
any other that speaks est3Dgate, and refuses to know the gateway's store and the centre.
"""
