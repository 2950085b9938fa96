"""Where a card number leads: BIN ranges, their issuers and schemes, and the limits of stand-in.

Tables of ``routing.toml`` come in; a route, or what may be approved without its issuer, goes out. It refuses to know
transactions that were there before.
"""
