"""What the specification says of the hosted payment page: acquirers, shops, brands, and how holders are proved.

A table of ``gateway.toml`` comes in, checked values go out. It refuses to know HTTP and ISO 8583, and opens no file.
"""
