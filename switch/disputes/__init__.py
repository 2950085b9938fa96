"""Disputes: what may happen to a sale that its cardholder's bank does not want to pay, step by step, and what each step moves.

A sale, a dossier, a wish and a date come in; the event that follows goes out, or the reason why there is none. Records of files
are read here too, and the SQL that books the events of a date. It refuses to know whose files they stand in and who asks.
"""
