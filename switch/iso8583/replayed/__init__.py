"""Messages that were recorded, played again: with fresh numbers and times, and compared with what came before.

Messages and the time of now come in; messages and differences go out. It refuses to know where they are
kept, and who is asked.
"""
