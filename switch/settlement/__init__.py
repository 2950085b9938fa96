"""Settlement: what each merchant is paid for a cleared date, and the statement that says so.

A cleared date and the merchants' terms come in; discounts, VAT, payouts and statements go out, a statement with a line for
each presentment, as text or as the bytes of a PDF or a workbook. It refuses to decide what was presented: that is cleared
before it begins.
"""
