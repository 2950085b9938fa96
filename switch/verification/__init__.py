"""What a tester says must have been seen of a gateway, held against the messages that were.

Expectations in one line or as tables of a file come in, with messages and the time; verdicts go out, with the messages that
came nearest and what of each was not as expected. It refuses to know where messages are kept, who waits, and every clock.
"""
