"""The merchant's office: a merchant signs in, sees the payments of its own shops, and captures, voids and refunds them.

In: forms of a browser that has signed in. Out: pages, and changes by the one desk that every payment goes through. It refuses
to know other merchants, card numbers, and any second way to move money.
"""
