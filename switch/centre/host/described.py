"""A message that somebody describes in words, to try rules on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from switch.card import mask_numbers
from switch.centre.host.scope_orders import of_kind
from switch.errors import SwitchError
from switch.iso8583.message import Message
from switch.iso8583.scripted.element_names import SHORT_FORMS, USUAL_REQUEST, numbers_by_name
from switch.money import parse_amount
from switch.scenarios.business_time import Moment
from switch.scenarios.condition import element_number
from switch.scenarios.vocabulary.element_words import expected_of
from switch.specs.specification import Specs

_AMOUNT_DIGITS: Final = 12  #: of DE 4


def described_message(words: Iterable[str], specs: Specs) -> tuple[Message, str, Moment]:
    """The message that ``key=value`` words describe, the listener it comes on, and when. SwitchError where a word is none."""
    names = numbers_by_name(specs.dialects.values())
    now = datetime.now(specs.calendar.zone)
    day, hour = f"{now:%Y-%m-%d}", f"{now:%H:%M:%S}"
    mti, line, elements = USUAL_REQUEST, specs.centre.listeners[0].name, dict[int, str]()
    for word in words:
        key, sign, value = word.partition("=")
        named = element_number(key, names)
        number = SHORT_FORMS.get(key) or (int(named) if named is not None and "." not in named else 0)
        if key == "mti" and value.isdecimal() and len(value) == len(mti):
            mti = value
        elif key == "line" and sign:
            line = value
        elif key == "time" and re.fullmatch("[0-2][0-9]:[0-5][0-9]", value):
            hour = f"{value}:00"
        elif key == "date" and re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            day = value
        elif number and sign:
            form = None if key == "amount" else expected_of(str(number), value)
            if form is not None:
                raise SwitchError(f"KEY=VALUE: found {mask_numbers(word)!r}, expected {form}")
            elements[number] = f"{parse_amount(value):0{_AMOUNT_DIGITS}d}" if key == "amount" else value
        else:
            raise SwitchError(f"KEY=VALUE: found {word!r}, expected card=…, amount=…, mti=0420, de22=071 and the like")
    return Message(mti, dict(sorted(elements.items()))), line, Moment(day, f"{day}T{hour}")


def message_in(order: Mapping[str, Any]) -> Message:
    """The message of an order (``mti`` and ``elements`` by their numbers). WrongOrderError where it has none."""
    elements = of_kind(order.get("elements", {}), "elements", dict)
    numbered = {int(key): of_kind(value, key, str) for key, value in elements.items() if key.isdecimal()}
    return Message(of_kind(order.get("mti"), "mti", str), dict(sorted(numbered.items())))
