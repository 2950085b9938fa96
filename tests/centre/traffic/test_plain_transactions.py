"""Plain transactions over real sockets: the acquirer gets the codes that its issuer gave, from the first request to those that
are read, handed on and answered without being decoded."""

from __future__ import annotations

import pytest

from switch.iso8583.message import Message
from tests.support.centre_in_loop import purchase, specs, wire
from tests.support.played_issuer import answer_to, played

COUNT = 40  #: several times as many as a layout has to come before it has a plan


def decided(request: Message) -> dict[str, str]:
    """What the issuer says of a request: a number of its own for each approval, and every third is declined."""
    stan = int(request.elements[11])
    return {"response_code": "51"} if stan % 3 == 0 else {"response_code": "00", "de38": f"A{stan:05d}"}


@pytest.mark.parametrize("spoken", ["ascii", "bcd", "ebcdic", "ebcdic_bcd"])
@pytest.mark.parametrize("asked", ["ascii", "ascii_hex", "bcd"])
@pytest.mark.usefixtures("mock_clock")
async def test_each_answer_has_the_codes_and_the_elements_that_its_issuer_and_its_request_had(asked: str, spoken: str) -> None:
    async with played(wire(spoken, "2b", False), asked=asked) as centre:
        issuer = await centre.signed_on()
        for stan in range(1, COUNT + 1):
            request = purchase(stan, de4=f"{stan:012d}")
            await centre.acquirer.send(request)
            handed_on = await issuer.receive()
            assert handed_on.elements == {**request.elements, 33: specs().centre.institution_id}
            said = decided(request)
            await issuer.send(answer_to(handed_on, **said))
            answer = await centre.acquirer.receive()
            assert answer.mti == "0110"
            assert answer.elements[39] == said["response_code"]
            assert answer.elements.get(38) == said.get("de38")
            back = answer.elements.keys() - {38, 39}
            assert back >= {2, 3, 4, 7, 11, 12, 13, 32, 37, 41, 42, 49}
            assert {number: answer.elements[number] for number in back} == {n: request.elements[n] for n in back}
