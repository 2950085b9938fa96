"""The receipt of an approved payment: a page to print, a PDF, and a message to the shopper with the link.

Orders of the store come in; pages, files and messages go out, known by an address nobody can guess and which ends in time. It
refuses to know how a payment was made, and has no card number but masked.
"""
