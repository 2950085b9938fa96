"""What happened, in words and in order: the life of a transaction, a business date, a capture of traffic.

Journal, books and trace come in; steps with their times, legs and reasons go out. It refuses to change anything, and does
not know who shows the steps.
"""
