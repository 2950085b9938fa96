"""Which message of a capture answers which, and how long it took; what is repeated, and what stays alone."""

from __future__ import annotations

from switch.explain.capture import overhear
from switch.explain.exchanges import ANSWER, LONE_ANSWER, Note, exchanges
from switch.iso8583.message import Message
from switch.pcap.files import read_capture
from tests.iso8583.reading.test_stream import WAYS, frames, way
from tests.iso8583.samples import PURCHASE, REVERSAL, with_elements
from tests.pcap.builder import Sent, conversation, pcap

MS = 1_000_000
ANSWER_ELEMENTS = (2, 3, 4, 7, 11, 32, 37, 41, 42, 49)


def answer(request: Message, code: str = "00") -> Message:
    mti = f"{request.mti[:2]}{'3' if request.mti[2] == '2' else '1'}0"
    return Message(mti, {**{n: request.elements[n] for n in ANSWER_ELEMENTS if n in request.elements}, 39: code})


def asked(stan: int) -> Message:
    return with_elements(PURCHASE, de11=f"{stan:06d}")


def notes(*said: tuple[bool, Message]) -> dict[int, Note]:
    """What is found out of a dialogue: who spoke (True: the client) and what."""
    sent, places = [], {True: 1, False: 1}
    for client, message in said:
        frame = frames(way(), [message])[0]
        sent.append(Sent(client, places[client], frame))
        places[client] += len(frame)
    return exchanges(overhear(read_capture(pcap(conversation(sent))), WAYS).heard)


def test_an_answer_finds_its_request_and_the_time_between() -> None:
    found = notes((True, asked(1)), (True, asked(2)), (False, answer(asked(2))), (False, answer(asked(1))))
    assert [(note.of, note.answered_by) for note in found.values()] == [(2, None), (1, None), (None, 4), (None, 3)]
    assert found[3].after_ns == found[2].after_ns
    assert found[4].after_ns is not None
    assert found[3].after_ns is not None
    assert found[4].after_ns > found[3].after_ns > 0
    assert found[3].in_words.startswith("answers #2 after ")
    assert found[1].in_words == ""


def test_what_stays_alone_is_told() -> None:
    found = notes((True, asked(1)), (False, answer(asked(9))))
    assert (found[1].waits, found[1].in_words) == (True, "no answer")
    assert (found[2].kind, found[2].in_words) == (LONE_ANSWER, "answers no request")


def test_a_repeat_is_one_whether_it_says_so_or_not() -> None:
    repeat = Message(f"{PURCHASE.mti[:3]}1", asked(1).elements)
    found = notes((True, asked(1)), (True, repeat), (True, asked(1)), (False, answer(asked(1))))
    assert [found[number].repeats for number in (1, 2, 3)] == [None, 1, 1]
    assert not any(found[number].waits for number in (1, 2, 3))
    assert found[4].of == 1
    assert found[2].in_words == "repeats #1"


def test_another_message_of_the_same_stan_is_no_repeat() -> None:
    other = with_elements(asked(1), de4="000000099900", de7="1122091531")
    found = notes((True, asked(1)), (True, other), (False, answer(other)))
    assert found[2].repeats is None
    assert (found[3].of, found[1].waits) == (2, True)


def test_a_second_answer_is_one_again() -> None:
    found = notes((True, asked(1)), (False, answer(asked(1))), (False, answer(asked(1))))
    assert (found[3].kind, found[3].of, found[3].repeats) == (ANSWER, 1, 2)


def test_a_reversal_and_its_original_are_two_exchanges() -> None:
    reversal = with_elements(REVERSAL, de11="000001")
    found = notes((True, asked(1)), (True, reversal), (False, answer(reversal)), (False, answer(asked(1), "51")))
    assert (found[3].of, found[4].of) == (2, 1)
