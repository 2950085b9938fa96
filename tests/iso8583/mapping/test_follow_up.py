"""A message that follows a request is read as what it is, and as following that request."""

from __future__ import annotations

import pytest
from attrs import evolve

from switch.iso8583.mapping.acquirer import Stamp, is_void, to_authorization, to_reversal
from switch.iso8583.mapping.compose import KINDS, sale_message
from switch.iso8583.mapping.follow_up import COMPLETE, INCREMENT, MTIS, REVERSE, VOID, Original, following
from switch.iso8583.message import Message
from switch.transaction import ADVICE, FINANCIAL, REQUEST, ExchangeKey
from tests.iso8583.mapping.test_compose import SALE, SPECS
from tests.iso8583.samples import heard_in

ORIGINAL = Original("0100", ExchangeKey("504900", "NORIA001", "000007", "1122110000"), "RRN000000007", "A1B2C3")


def followed(what: str, kind: str = "purchase", dialect: str = "ascii", *, leave_minor: int = 0) -> Message:
    """What the codec makes of it, there and back."""
    spec = SPECS.dialects[dialect]
    message = sale_message(evolve(SALE, mti=MTIS[what], kind=kind), spec)
    return heard_in(dialect, following(what, message, ORIGINAL, spec, leave_minor=leave_minor))


@pytest.mark.parametrize("dialect", SPECS.dialects)
def test_a_completion_names_its_original_and_carries_its_approval(dialect: str) -> None:
    read = to_authorization(
        followed(COMPLETE, dialect=dialect), acquirer_id="0", stamp=Stamp("0" * 10, "0" * 10), currency="504"
    )
    assert (read.message_class, read.function, read.original_key) == (FINANCIAL, ADVICE, ORIGINAL.key)
    assert (read.rrn, read.approval_code, read.key.stan) == ("RRN000000007", "A1B2C3", SALE.stan)


def test_an_increment_is_a_pre_authorization_that_names_one() -> None:
    read = to_authorization(followed(INCREMENT), acquirer_id="0", stamp=Stamp("0" * 10, "0" * 10), currency="504")
    assert (read.function, read.pre_authorized, read.original_key, read.approval_code) == (REQUEST, True, ORIGINAL.key, None)


@pytest.mark.parametrize("leave_minor", [0, 2_500])
def test_a_reversal_says_what_it_leaves(leave_minor: int) -> None:
    message = followed(REVERSE, leave_minor=leave_minor)
    read = to_reversal(message, acquirer_id="0", stamp=Stamp("0" * 10, "0" * 10), currency="504")
    assert (read.original_key, read.amount_minor, read.replacement_minor) == (ORIGINAL.key, 12_500, leave_minor)
    assert (95 in message.elements) is (leave_minor > 0)


@pytest.mark.parametrize(("kind", "code"), [("purchase", "020000"), ("cash", "020000"), ("refund", "220000")])
def test_a_void_is_an_adjustment_of_what_it_takes_back(kind: str, code: str) -> None:
    message = followed(VOID, kind)
    assert is_void(message)
    assert (message.mti, message.elements[3]) == ("0200", code)


def test_nothing_is_said_of_an_approval_that_is_not_known() -> None:
    message = sale_message(evolve(SALE, mti="0220"), SPECS.dialects["ascii"])
    unknown = ORIGINAL._replace(approval_code=None)
    assert 38 not in following(COMPLETE, message, unknown, SPECS.dialects["ascii"]).elements


def test_every_kind_has_a_message_of_its_own() -> None:
    assert len({(kind.processing_code, kind.condition, kind.moves_money) for kind in KINDS.values()}) == len(KINDS)


def test_an_increment_says_in_de_25_that_it_is_a_pre_authorization() -> None:
    assert followed(INCREMENT).elements[25] == "06"
    assert followed(COMPLETE).elements[25] != "06"
