"""ISO 8583: bytes to messages and back, frames, sessions, and the mapping to the trade's words. No sockets, no banks."""
