"""A gateway that sells one thing after the other over a socket of its own, and says how long each sale took."""

from __future__ import annotations

import socket
import time
from itertools import count
from typing import Final, Self

from switch.iso8583.codec import Codec
from switch.iso8583.message import Message
from switch.specs.load import load_specs

_SPECS: Final = load_specs()
_CODEC: Final = Codec(_SPECS.dialects["ascii"])
_CARDS: Final = [card.pan.digits for card in _SPECS.issuers["atlas"].card_series[0]]
_STANS: Final = count(1)  #: of all gateways of a process


class Seller:
    """A gateway at a listener that speaks ``ascii`` behind two bytes of length."""

    def __init__(self, address: tuple[str, int], terminal: str = "ONDE0001") -> None:
        self._address, self._terminal = address, terminal

    def __enter__(self) -> Self:
        self._connection = socket.create_connection(self._address, timeout=30)
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def sale(self) -> float:
        """Sell for 1.00; the milliseconds that passed until it was approved."""
        stan = next(_STANS)
        elements = {
            2: _CARDS[stan % len(_CARDS)],
            3: "000000",
            4: "000000000100",
            7: time.strftime("%m%d%H%M%S", time.gmtime()),
            11: f"{stan:06d}",
            22: "051",
            41: self._terminal,
            42: "TELECOM00000001",
        }
        body = _CODEC.encode(Message("0100", elements))
        begun = time.perf_counter()
        self._connection.sendall(len(body).to_bytes(2, "big") + body)
        size = int.from_bytes(self._read(2), "big")
        answer = self._read(size)
        taken = (time.perf_counter() - begun) * 1000
        assert _CODEC.decode(answer).response_code == "00"
        return taken

    def _read(self, size: int) -> bytes:
        said = b""
        while len(said) < size:
            piece = self._connection.recv(size - len(said))
            assert piece, "the centre closed the line"
            said += piece
        return said
