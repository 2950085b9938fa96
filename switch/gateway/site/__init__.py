"""The hosted payment page: an HTTP server with the page, the issuing bank's page, and the calls back to the shops.

Posts of shops and forms of shoppers come in; pages, redirects and callbacks go out. It refuses to know how money is moved,
which is the business of ``payments``, and keeps nothing of a card but in memory until the answer.
"""
