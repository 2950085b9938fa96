"""What somebody asks for on the command line, made into a message, and where it is to go.

Options and the line of a ready file come in; a request and an address go out, or one sentence. It refuses to send anything.
"""
