"""A message as it was seen on a connection, and all of them in order, each request with its answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Literal, Protocol

from attrs import field

from switch.record import frozen
from switch.scenarios.condition import Facts

GATEWAY_SIDE: Final = "gateway"
HOST_SIDE: Final = "host"
ISSUER_SIDE: Final = "issuer"
Party = Literal["gateway", "host", "issuer"]
SideToSide = tuple[Party, Party]  #: from whom, to whom
PARTIES: Final[tuple[Party, ...]] = ("gateway", "host", "issuer")


class SeenFacts(Facts, Protocol):
    """What a message says, as far as an expectation asks."""

    @property
    def original_stan(self) -> str:
        """The STAN of the message it names as its original (DE 90); empty where it names none."""


@frozen(kw_only=True)
class SeenMessage:
    """One message. ``number`` is its place among all that were seen; ``fault`` says why it cannot be decoded, or is empty."""

    number: int
    at_ms: int  #: epoch milliseconds, of the clock of the host
    line: str  #: the listener with its peer, or the issuer
    sender: Party
    receiver: Party
    mti: str
    stan: str
    rrn: str
    terminal_id: str
    code: str  #: its own response code (DE 39)
    fault: str
    answers: str = ""  #: the MTI of its answer; empty where none is due
    facts: SeenFacts = field(eq=False, repr=False)

    @property
    def way(self) -> SideToSide:
        """From whom it went to whom."""
        return self.sender, self.receiver

    @property
    def is_network_management(self) -> bool:
        """Whether it is about the connection: a sign-on, an echo."""
        return "network_management" in self.facts.words("class")


class SeenMessages:
    """Messages in the order they were seen. Each answer is given to the oldest request on its line that waits for it."""

    def __init__(self, messages: Sequence[SeenMessage] = ()) -> None:
        self._all: list[SeenMessage] = []
        self._answers: dict[int, SeenMessage] = {}
        self._waiting: dict[tuple[str, Party, str, str], list[SeenMessage]] = {}
        self.add(messages)

    def add(self, messages: Sequence[SeenMessage]) -> None:
        """Further messages, all later than those before."""
        for each in messages:
            self._all.append(each)
            if each.answers:
                self._waiting.setdefault((each.line, each.receiver, each.answers, each.stan), []).append(each)
                continue
            for stan in dict.fromkeys((each.stan, "")):  # of a request that cannot be decoded only its answer may have the STAN
                requests = self._waiting.get((each.line, each.sender, each.mti, stan))
                if requests:
                    self._answers[requests.pop(0).number] = each
                    break

    def answer_of(self, message: SeenMessage) -> SeenMessage | None:
        """The answer that a message has got; None where it has none, or is an answer itself."""
        return self._answers.get(message.number)

    def code_of(self, message: SeenMessage) -> str:
        """The response code of a message, or of the answer it has got; empty where there is none."""
        answer = self.answer_of(message)
        return message.code or (answer.code if answer is not None else "")

    def __iter__(self) -> Iterator[SeenMessage]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)
