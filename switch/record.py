"""``record``: the frozen record of the hot path.

To the type checker it is ``attrs.frozen``: assigning to a field is an error. At run time it is ``attrs.define``, because a
frozen class sets each field through ``object.__setattr__`` and takes three times as long to make (3.6 against 1.2 µs for 16
fields), and a dozen of these are made for every transaction. Everywhere else the house uses ``attrs.frozen`` itself.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from attrs import frozen as record
else:
    from attrs import define

    record = partial(define, unsafe_hash=True)

__all__ = ["record"]
