"""Settlement: what each merchant is paid for a cleared date, and the statement that says so.

A cleared date and the merchants' terms come in; discounts, VAT, payouts and statements go out. It refuses to know
transactions one by one: they are cleared before it begins.
"""
