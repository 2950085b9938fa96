"""What is done with the money of an order: authorized, captured, voided, refunded, and undone where the centre did not answer.

Orders of the store come in with a card that is known for this one moment; messages go over the line to the centre, and each
step is on the disk before the next. It refuses to know pages, HTTP and what a shop posts.
"""
