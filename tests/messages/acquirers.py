"""Acquirers of both editions, each with the words of its own standard, written down here and translated by nobody."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from switch.iso8583.dialect import EDITION_1987, EDITION_1993
from switch.iso8583.message import Message
from tests.support.centre_in_loop import specs

ACQUIRER: Final = "504777"
AMOUNT, TOO_MUCH = "000000012500", "099999999999"  #: 125.00, and more than any card has
SENT, LOCAL = "1122100000", "261122110000"  #: DE 7 in UTC, and the same instant in Casablanca as DE 12 of 1993
CHIP_1993: Final = "510101510040"  #: DE 22 of 1993: a chip read, cardholder and card present, attended
PLACE_1993: Final = "ONDE TELECOM EN LIGNE\\\\CASABLANCA\\20000        MAR"
SECURITY_1993: Final = "0A1B2C3D"  #: DE 53, bytes
TRANSPORT: Final = "LINE 7 OF HOST 3"  #: DE 59


@frozen
class Acquirer87:
    """ISO 8583:1987, with a card (expiry YYMM) in hand."""

    pan: str
    expiry: str
    listener: str = "ascii"

    def sale(self, mti: str, stan: int, amount: str = AMOUNT, *, holds: bool = False) -> Message:
        merchant = next(iter(specs().merchants.values()))
        card = {2: self.pan, 14: self.expiry}
        shop = {18: merchant.mcc, 32: ACQUIRER, 37: f"{stan:012d}", 41: merchant.terminals[0], 42: f"{merchant.id:15}"}
        when = {7: SENT, 11: f"{stan:06d}", 12: "110000", 13: "1122"}
        return _message(mti, card | shop | when | {3: "000000", 4: amount, 22: "051", 25: "06" if holds else "00", 49: "504"})

    def advice(self, mti: str, stan: int, *, declined: bool) -> Message:
        return _with(self.sale(mti, stan), {38: "OFF001", 39: "51" if declined else "00"})

    def completion(self, mti: str, stan: int, hold: Message) -> Message:
        return _with(self.sale(mti, stan), {39: "00", 90: self._names(hold)})

    def reversal(self, mti: str, stan: int, sale: Message) -> Message:
        return _with(self.sale(mti, stan, sale.elements[4]), {90: self._names(sale)})

    def totals(self, mti: str, stan: int, sales: int | None) -> Message:
        e = self.sale(mti, stan).elements
        counted = {} if sales is None else {76: f"{sales:010d}"}
        return _message(mti, {number: e[number] for number in (7, 11, 32, 41)} | counted)

    def network(self, mti: str, stan: int, *, offered: bool) -> Message:
        return _message(mti, {7: SENT, 11: f"{stan:06d}", 33: ACQUIRER, 70: "301" if offered else "160"})

    def again(self, message: Message) -> Message:
        return message

    @staticmethod
    def _names(original: Message) -> str:
        e = original.elements
        return f"{original.mti}{e[11]}{e[7]}{e[32]:0>11}{0:011d}"


@frozen
class Acquirer93:
    """ISO 8583:1993, with a card (expiry YYMM) in hand."""

    pan: str
    expiry: str
    listener: str = "ascii93"

    def sale(self, mti: str, stan: int, amount: str = AMOUNT, *, holds: bool = False) -> Message:
        merchant = next(iter(specs().merchants.values()))
        card = {2: self.pan, 14: self.expiry}
        shop = {26: merchant.mcc, 32: ACQUIRER, 37: f"{stan:012d}", 41: merchant.terminals[0], 42: f"{merchant.id:15}"}
        when = {7: SENT, 11: f"{stan:06d}", 12: LOCAL}
        function = "200" if mti[1] == "2" else "101" if holds else "100"
        rest = {3: "000000", 4: amount, 22: CHIP_1993, 24: function, 43: PLACE_1993, 49: "504"}
        return _message(mti, card | shop | when | rest | {53: SECURITY_1993, 59: TRANSPORT})

    def advice(self, mti: str, stan: int, *, declined: bool) -> Message:
        return _with(self.sale(mti, stan), {38: "OFF001", 39: "116" if declined else "000"})

    def completion(self, mti: str, stan: int, hold: Message) -> Message:
        return _with(self.sale(mti, stan), {24: "201", 39: "000", 56: self._names(hold)})

    def reversal(self, mti: str, stan: int, sale: Message) -> Message:
        return _with(self.sale(mti, stan, sale.elements[4]), {24: "400", 25: "4000", 56: self._names(sale)})

    def totals(self, mti: str, stan: int, sales: int | None) -> Message:
        e = self.sale(mti, stan).elements
        counted = {} if sales is None else {76: f"{sales:010d}"}
        kept = {number: e[number] for number in (7, 11, 12, 32, 41, 53, 59)}
        return _message(mti, kept | counted | {24: "500", 28: "261122", 29: "001"})

    def network(self, mti: str, stan: int, *, offered: bool) -> Message:
        function = "831" if offered else "811"
        when = {7: SENT, 11: f"{stan:06d}", 12: LOCAL}
        return _message(mti, when | {24: function, 33: ACQUIRER, 53: SECURITY_1993, 59: TRANSPORT})

    def again(self, message: Message) -> Message:
        """Sent three seconds later: DE 7 says so, DE 12 is that of the transaction."""
        return _with(message, {7: "1122100003"})

    @staticmethod
    def _names(original: Message) -> str:
        e = original.elements
        return f"{original.mti}{e[11]}{e[12]}{len(e[32]):02d}{e[32]}"


Acquirer = Acquirer87 | Acquirer93


def acquirer(edition: str, issuer: str) -> Acquirer:
    """An acquirer with the first card of an issuer in hand."""
    card = next(specs().issuers[issuer].all_cards())
    kinds: dict[str, type[Acquirer87] | type[Acquirer93]] = {EDITION_1987: Acquirer87, EDITION_1993: Acquirer93}
    return kinds[edition](card.pan.digits, card.expiry)


def _message(mti: str, elements: dict[int, str]) -> Message:
    return Message(mti, dict(sorted(elements.items())))


def _with(message: Message, more: dict[int, str]) -> Message:
    return _message(message.mti, message.elements | more)
