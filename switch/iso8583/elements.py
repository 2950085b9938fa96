"""What is done with which data element: given back, handed on, repeated, hidden, alike in both editions.

Whoever adds an element to any of it adds it here. What an element is, and on which bytes, stands in the dialects. Numbers are
those of ISO 8583:1987 where a name does not say otherwise.
"""

from __future__ import annotations

from typing import Final

from switch.iso8583.dialect import EDITION_1987, EDITION_1993

# -- between the centre and its peers

#: What an authorization cannot do without; the PAN may also come in track 2, and an inquiry needs no amount.
MANDATORY: Final = frozenset({3, 11, 41, 42})
#: Elements of a message of any class that go back in its answer, as they came: whatever its sender may match the answer by.
ECHOED: Final = frozenset({2, 3, 4, 7, 11, 12, 13, 14, 15, 18, 22, 24, 25, 32, 33, 37, 41, 42, 49, 53, 70, 90, 100})
#: What an issuer's answer is nothing without; one that is wrong in another element is used, without that.
NEEDED_IN_ANSWERS: Final = ECHOED | {39}
#: Elements an issuer adds to its answer that go on to the acquirer.
FROM_ISSUER: Final = frozenset({44, 48, 54, 55, 62})
#: Elements of a request that its reversal repeats to the issuer.
REPEATED_IN_REVERSALS: Final[tuple[int, ...]] = (2, 3, 4, 12, 13, 14, 18, 22, 25, 37, 41, 42, 43, 49)
#: What is left of a message owed to an issuer whose dialect cannot say all of it, tried in this order: what says where and how
#: the card was used, as after a restart; without that. Less would be another transaction: DE 12 and 13 name it in 1993.
FEWEST: Final = frozenset({2, 3, 4, 6, 7, 10, 11, 12, 13, 32, 38, 39, 41, 42, 49, 51, 90, 95})
FEWER: Final = (FEWEST | {14, 18, 22, 25, 33, 37, 43, 56}, FEWEST)
#: Where networks put 3-D Secure data in an electronic order.
MAY_BE_AUTHENTICATED: Final = (48, 126, 127)
#: Elements that may make an authorization more than a plain one.
MARKED: Final = frozenset({54, 90, *MAY_BE_AUTHENTICATED})

# -- card data

EMV_DATA: Final = 55
TRACK_2: Final = 35
#: Elements never shown: they hold or may hold PIN blocks, keys, cryptograms or card verification values. Private data is
#: hidden whole where networks are known to put a CVV2 or a track there (DE 48 Mastercard, DE 126 Visa, DE 127 Postbridge,
#: DE 59, 61 and 62 others), since three digits among others cannot be told apart.
SECRET: Final = {
    36: "track 3",
    45: "track 1",
    48: "private data",
    52: "PIN block",
    59: "private data",
    61: "private data",
    62: "private data",
    64: "MAC",
    96: "key",
    126: "private data",
    127: "private data",
    128: "MAC",
}
MASKED: Final = frozenset({2, 34, TRACK_2, EMV_DATA})  #: elements in which only what is no card data is shown
CARD_DATA: Final = MASKED | SECRET.keys()  #: elements whose bytes are hidden in a hex dump
NEVER_STORED: Final = frozenset({TRACK_2, *SECRET})  #: overwritten whole; of EMV_DATA only the tags that are card data
NEVER_QUOTED: Final = NEVER_STORED | {EMV_DATA}  #: elements whose values stand in no error
#: EMV tags whose values are card data: tracks and PAN in their several forms, the cardholder's name, an enciphered PIN.
EMV_CARD_DATA: Final = frozenset({"56", "57", "5A", "5F20", "5F21", "5F22", "5F23", "99", "9F0B", "9F1F", "9F20", "9F6B"})
#: Text elements that senders fill as they like, by edition.
FREE_TEXT: Final = {
    EDITION_1987: frozenset({42, 43, 44, 46, 47, *range(56, 64), *range(98, 126)}),
    EDITION_1993: frozenset({31, 42, 43, 44, 46, 47, *range(57, 64), 66, 72, 95, *range(98, 105), *range(109, 126)}),
}

# -- the two editions

#: Elements that are the same thing in the same form in both editions. Of the elements for national and private use: those
#: that belong to the same side in both. Not among them though they look it: 28 to 31 (fees; in 1993 dates and amounts), 46,
#: 57 to 61, 64 and 128 (a MAC covers the bytes it came with), 66, 70, 72, 82 to 85 (fee amounts; in 1993 counts), 91 to 96 and
#: 105 to 110.
ALIKE: Final = frozenset(
    {
        *(2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 16, 17, 19, 20, 21, 23, 27),
        *(32, 33, 34, 35, 36, 37, 38, 41, 42, 45, 47, 48, 49, 50, 51, 52, 55),
        *(62, 63, 67, 68, 69, 73, *range(74, 82), *range(86, 90), 97, 98, 100, 101, 102, 103, 104),
        *(111, 116, 117, 118, 119, 123, 124, 125, 126, 127),
    }
)
#: What an answer of 1993 says as its request did, or not at all.
ECHOED_IN_1993: Final = (7, 12, 18, 22, 26, 43)
#: What an answer of 1993 always gives back: the function asked for, whose totals (date and indicator of the reconciliation),
#: the keys in use, the original, and the transport data of whoever is in between.
RETURNED_IN_1993: Final = (24, 28, 29, 53, 56, 59)
