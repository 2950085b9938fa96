"""What proves card and holder, judged: CVV2, the value on the track, 3-D Secure, the chip's cryptogram and the PIN.

Takes the proofs of a request and the card as its issuer knows it; gives a refusal with its reason, what is said back, and what
the durable book has to remember. Who reckons with keys is handed in. It refuses to know keys, messages, accounts and files.
"""
