"""A few kills of page, centre and shop, or as many as ``PAGE_KILLS`` says; and each fault that the proof must find."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.page_kills.campaign import Campaign
from tests.page_kills.proof import Facts, Standing, faults, statement_faults
from tests.page_kills.shopper import Attempt

PAID = Attempt("PAID", "M-1", "token-1", ["Secure payment", "Payment approved", "Receipt"])
LOST = Attempt("LOST", "M-2", "token-2", ["Secure payment", "Payment declined", "Your unpaid bills"])
SOUND = Facts(
    attempts=(PAID, LOST),
    states={"PAID": "C", "LOST": "D"},
    rrns={"PAID": ["000000000001", "000000000001"], "LOST": ["000000000002"]},
    standing=(Standing("000000000001", 19900, 19900, 1),),
    undecided=(),
    undelivered=0,
    callbacks=(
        {"id": "a", "order_id": "PAID", "state": "answered", "attempts": []},
        {"id": "b", "order_id": "LOST", "state": "answered", "attempts": []},
    ),
    unpaid=frozenset({"M-2"}),
    receipts={"PAID": "Receipt Your payment is accepted.", "LOST": "Receipt Your payment is declined."},
)
DOUBLED = replace(
    SOUND,
    attempts=(PAID, replace(PAID, oid="TWICE")),
    states={"PAID": "C", "TWICE": "C"},
    rrns={"PAID": ["000000000001"], "TWICE": ["000000000003"]},
    standing=(*SOUND.standing, Standing("000000000003", 19900, 19900, 1)),
    receipts={"PAID": SOUND.receipts["PAID"], "TWICE": SOUND.receipts["PAID"]},
    unpaid=frozenset(),
)
PLANTED = {
    "paid twice": (DOUBLED, "bill M-1 was paid 2 times, by orders PAID, TWICE"),
    "an approval of nobody": (
        replace(SOUND, standing=(*SOUND.standing, Standing("000000000009", 100, 0, 0))),
        "the approval 000000000009 stands in the journal, and 0 orders tell of it",
    ),
    "a refused order that holds money": (
        replace(SOUND, standing=(*SOUND.standing, Standing("000000000002", 100, 0, 0))),
        "order LOST is D, and the journal has 1 approvals of it that stand",
    ),
    "money without an approval": (
        replace(SOUND, standing=()),
        "order PAID is C, and the journal has 0 approvals of it that stand",
    ),
    "captured twice": (
        replace(SOUND, standing=(Standing("000000000001", 19900, 39800, 2),)),
        "order PAID is C, and the journal has 2 captures of it",
    ),
    "a callback that waits": (
        replace(SOUND, callbacks=({**SOUND.callbacks[0], "state": "waiting"}, SOUND.callbacks[1])),
        "callback a of order PAID waits: []",
    ),
    "a callback that was lost": (replace(SOUND, callbacks=SOUND.callbacks[:1]), "order LOST is D, and no callback told it"),
    "a shop that forgot": (replace(SOUND, unpaid=frozenset({"M-1", "M-2"})), "bill M-1 was paid, and the shop asks for it"),
    "a shop that gives": (replace(SOUND, unpaid=frozenset()), "bill M-2 was not paid, and the shop does not ask for it"),
    "a shopper who was told something else": (
        replace(SOUND, attempts=(PAID, replace(LOST, headings=["Payment approved"]))),
        "order LOST is D, and its shopper was told: ['Payment approved']",
    ),
    "a request without a decision": (replace(SOUND, undecided=("000000000007",)), "request 000000000007 is undecided"),
    "a message that is owed": (replace(SOUND, undelivered=1), "1 messages are owed to banks"),
}


def test_page_shop_orders_and_journal_tell_the_same_after_kills(tmp_path: Path) -> None:
    kills = int(os.environ.get("PAGE_KILLS", "6"))
    campaign = Campaign(tmp_path, seed=20261129)
    campaign.run(kills)
    assert campaign.faults == []
    assert campaign.kills.total() >= kills
    assert campaign.figures["orders posted"] > 0
    assert campaign.figures["lines of the statement"] > 0


def test_what_agrees_is_no_fault() -> None:
    assert faults(SOUND) == []


@pytest.mark.parametrize("fault", PLANTED)
def test_the_proof_finds_a_planted_fault(fault: str) -> None:
    planted, sentence = PLANTED[fault]
    assert sentence in faults(planted)


def test_the_proof_holds_the_statement_to_the_journal() -> None:
    line = {"rrn": "000000000001", "amount_minor": 19900}
    assert statement_faults(SOUND, [line]) == []
    assert statement_faults(SOUND, []) == ["the journal has [19900] captured of 000000000001, and the statement []"]
    assert statement_faults(SOUND, [line, line]) == [
        "the journal has [19900] captured of 000000000001, and the statement [19900, 19900]"
    ]
    other = {"rrn": "000000000002", "amount_minor": 100}
    assert statement_faults(SOUND, [line, other]) == ["the journal has [] captured of 000000000002, and the statement [100]"]
