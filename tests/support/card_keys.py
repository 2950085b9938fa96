"""Keys, cards and PINs for the tests of card security: published vectors' keys, and strategies."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import strategies as st

from switch.card import Pan

DOUBLE: Final = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")  #: the double-length key of most published vectors

#: psec, pyemv and cardutil take Triple DES from where cryptography will not have it much longer, and it says so.
ORACLES_WARN: Final = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")

double_keys = st.binary(min_size=16, max_size=16)
aes_keys = st.sampled_from((16, 24, 32)).flatmap(lambda size: st.binary(min_size=size, max_size=size))
pans = st.from_regex(r"[0-9]{13,19}", fullmatch=True).map(Pan)
pins = st.from_regex(r"[0-9]{4,12}", fullmatch=True)
fills = st.binary(min_size=10, max_size=10)
expiries = st.from_regex(r"[0-9]{4}", fullmatch=True)
service_codes = st.from_regex(r"[0-9]{3}", fullmatch=True)
