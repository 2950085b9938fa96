"""What the command line of every verb is made of: options that several take, groups of a help page, names a shell completes.

A declaration comes in; a click option, a help page or a usage error in the program's own voice goes out. It refuses to know any
verb, and runs none.
"""
