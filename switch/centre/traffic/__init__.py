"""What goes between lines and switchboard: messages in, as events; effects out, as messages; one commit before they leave.

Frames of lines come in; events for the switchboard, frames queued on lines and batches for the journal go out. It refuses to
open a socket and to know when a turn begins.
"""
