"""DE 90 of what a bank is told has the MTI of its original, whatever that was, in either edition and after a restart."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from switch.cli.request.build import message_of
from switch.iso8583.edition93.messages import to_1993
from switch.iso8583.mapping.acquirer import original_data
from switch.iso8583.mapping.issuer import to_issuer_advice, to_issuer_reversal
from switch.iso8583.message import Message
from switch.issuers.process.book import MemoryBook
from switch.specs.parts import Parts
from switch.transaction import (
    ADVICE,
    AUTHORIZATION,
    BATCH,
    FINANCIAL,
    REQUEST,
    Authorization,
    ExchangeKey,
    Function,
    MessageClass,
)
from tests.cli.test_subelements import SPECS, wishes_of
from tests.issuers.cast import asked
from tests.support.played_issuer import quiet
from tests.trials.desk import desk, message
from tests.trials.test_tips import AT, RRN, naming, sold, tip, totals

NAMED = ExchangeKey("504777", "TERM0001", "000001", "1122100000")
OTHER = {"de41": "ONDE0001", "de42": message("0200", 1).elements[42], "de37": "RRN000000009"}
KINDS: list[tuple[MessageClass, Function, str]] = [
    (AUTHORIZATION, REQUEST, "100"),
    (FINANCIAL, REQUEST, "200"),
    (AUTHORIZATION, ADVICE, "120"),
    (FINANCIAL, ADVICE, "220"),
]


def in_both_editions(told: Message) -> tuple[str, str]:
    """The MTI that DE 90 names, and the one that DE 56 of 1993 does."""
    _, elements = to_1993(told, None, date(2026, 11, 22))
    return told.elements[90][:4], elements[56][:4]


def completion(message_class: MessageClass, function: Function) -> Authorization:
    kind = (message_class, function)
    return asked(stan=2, function=ADVICE, message_class=FINANCIAL, original_key=NAMED, original_kind=kind)


@pytest.mark.parametrize(("message_class", "function", "said"), KINDS)
def test_a_completion_names_the_class_and_function_of_its_hold(
    message_class: MessageClass, function: Function, said: str
) -> None:
    advice = completion(message_class, function)
    told = to_issuer_advice(advice, approval_code=None, repeat=False, forwarder_id="504001", message_reason="")
    assert in_both_editions(told) == (f"0{said}", f"1{said}")


@pytest.mark.parametrize(("message_class", "function", "said"), KINDS)
def test_a_reversal_names_what_the_bank_was_sent(message_class: MessageClass, function: Function, said: str) -> None:
    for original in (
        asked(stan=1, message_class=message_class, function=function),
        asked(stan=1, message_class=message_class, function=BATCH, captured_function=function),
    ):
        told = to_issuer_reversal(
            original, replacement_minor=0, stan="900001", transmitted_at="1122100000", repeat=False, forwarder_id="504001"
        )
        assert in_both_editions(told) == (f"0{said}", f"1{said}")


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize(
    ("first", "then", "named"),
    [
        (sold(), tip(2, 11_500), "0200000001"),
        (message("0120", 1, de4="000000010000", de25="06", de39="00", de38="ABC123", **OTHER),
         message("0220", 2, de4="000000009000", de38="ABC123", **OTHER), "0120000001"),
    ],
)  # fmt: skip
async def test_a_bank_that_was_away_hears_the_right_one(
    tmp_path: Path, first: Message, then: Message, named: str, restarted: bool
) -> None:
    books: dict[str, MemoryBook] = {}
    async with desk(tmp_path, books) as at:
        assert await at.code(first) == "00"
        if restarted:
            at.centre.issuers["atlas"].cancel()
            while "atlas is not available" not in at.notices():
                await quiet()
        assert await at.code(then) == "00"
        heard = at.centre.heard["atlas"]
        if not restarted:
            await at.held_minor()
    if restarted:
        async with desk(tmp_path, books) as at:
            await at.held_minor()
            heard = at.centre.heard["atlas"]
    told = [each.elements[90][:10] for each in heard if each.mti in ("0220", "0221")]
    assert told == [named]


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("mti", ["0100", "0120", "0200"])
async def test_the_reversal_of_what_a_batch_has_captured_names_what_the_bank_was_sent(
    tmp_path: Path, mti: str, restarted: bool
) -> None:
    books: dict[str, MemoryBook] = {}
    told = {"de38": "ABC123", "de39": "00"} if mti == "0120" else {}
    back = naming("0420", 3, 10_000, de90=original_data(mti, ExchangeKey("504777", AT["de41"], "000001", "1122100000")))
    async with desk(tmp_path, books) as at:
        assert await at.code(naming(mti, 1, 10_000, **told)) == "00"
        assert await at.code(totals(2, 1, 10_000)) == "00"
        assert await at.held_minor() == 10_000
        if not restarted:
            assert await at.code(back) == "00"
            assert await at.held_minor() == 0
            heard = at.centre.heard["atlas"]
    if restarted:
        async with desk(tmp_path, books) as at:
            assert await at.code(back) == "00"
            assert await at.held_minor() == 0
            heard = at.centre.heard["atlas"]
    assert [each.elements[90][:10] for each in heard if each.mti == "0420"] == [f"{mti}000001"]


@pytest.mark.parametrize(("option", "mti"), [("adjust", "0200"), ("reverse", "0100"), ("complete", "0100")])
def test_options_name_the_usual_message(option: str, mti: str) -> None:
    named: dict[str, Any] = {option: RRN}
    wishes = evolve(wishes_of(), original_stan="1", original_at="1122100000", terminal_id="TERM0001", **named)
    made = message_of(wishes, Parts(None), SPECS.dialects["ascii"], Path("nowhere")).message
    assert made.elements[90][:14] == f"{mti}0000011122"
