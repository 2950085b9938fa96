"""ISO 8583: bytes to messages and back, frames on a stream, dialects as data.

Bytes come in; messages go out, with each element as text, or an error that names element, place, what was found and what
was expected. It refuses to know sockets and banks.
"""
