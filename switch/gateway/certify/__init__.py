"""The checklist that integrators go through with a shop: callbacks it has to take, and callbacks it has to refuse.

The address of a shop comes in; a sheet with a verdict for each check goes out. It refuses to know how the shop is made, and
calls it as the payment page does.
"""
