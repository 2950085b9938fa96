"""Card security: verification values, PIN blocks, MACs, chip cryptograms, DUKPT and key blocks, each after its standard.

Keys, card numbers and bytes come in; values, verdicts and bytes go out, or one CardSecurityError that never quotes a secret.
Chance is an argument. It refuses to know files, owners of keys, messages and their elements: ``switch/keys`` holds the keys,
and ``iso8583`` knows the places of these values in a message.
"""
