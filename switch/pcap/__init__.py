"""Captures of network traffic, read without a library: pcap and pcapng files, packets, TCP put together again.

The bytes of a capture file come in; what each side of each connection said goes out, in order, with its times. It refuses
to know what the bytes mean: ISO 8583 is the business of another room.
"""
