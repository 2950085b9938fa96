"""What every verb needs of the terminal: options, names, input, output that breaks, and how a command ends.

Words of a person come in; values, exit codes and sentences go out. It refuses to know what any verb does.
"""
