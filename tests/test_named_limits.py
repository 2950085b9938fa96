"""Limits that people and other machines go by: whoever changes one means to, and says so in the pages that name it."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import pytest

from switch.lines import network_management
from switch.transaction import (
    APPROVALS,
    AUTHORIZATION,
    CREDITS,
    DEBITS,
    FINANCIAL,
    INQUIRIES,
    RESPONSE_MEANINGS,
    SCHEME_MEANINGS,
)

LIMITS: Final[dict[str, dict[str, object]]] = {
    "routing.switchboard": {"PENDING_MAX": 50_000},
    "routing.handling.reversals": {"REVERSALS_REMEMBERED_MAX": 10_000, "UNKNOWN_REMEMBERED_MAX": 10_000},
    "routing.handling.reconciliation": {"RECONCILIATIONS_REMEMBERED_MAX": 1_000},
    "routing.handling.adjustments": {"OWN_STANS": 900_000},
    "routing.memory.history": {"REMEMBERED_MAX": 5_000},
    "routing.memory.deliveries": {"REPEAT_SECONDS_FIRST": 2.0, "REPEAT_SECONDS_MAX": 60.0, "STANS": 999_999},
    "routing.memory.names": {
        "SAME_AGAIN_SECONDS": 600,
        "SAME_STAN_SECONDS": 86_400,
        "ADDED_MAX": 10_000,
        "FEW_WAITING": 100,
        "UNUSED_MAX": 10_000,
        "YEAR_SECONDS": 31_622_400,
    },
    "journal.reader": {"UNDECIDED_SEARCHED_MAX": 200_000, "KEYS_RESTORED_MAX": 200_000, "OF_STAN_MAX": 100},
    "journal.open_totals": {"TOTALS_DATES": 2},
    "journal.journal": {"BUSY_TIMEOUT_MS": 5_000, "CARDS_REMEMBERED_MAX": 10_000, "BOOKS_FILE": "books.db"},
    "lines.issuer_link": {
        "RETRY_SECONDS_FIRST": 0.05,
        "RETRY_SECONDS_MAX": 5.0,
        "_STEADY_SECONDS": 5.0,
        "BROKEN_SECONDS_MAX": 5.0,
        "SIGN_ON_SECONDS_MAX": 10.0,
        "_TPDU": bytes.fromhex("6000000000"),
    },
    "lines.line": {"UNREAD_SECONDS_MAX": 2.0, "OPENING_BYTES_MAX": 2_048},
    "lines.sockets": {
        "DIAL_SECONDS_MAX": 5.0,
        "KEEP_ALIVE_IDLE_SECONDS": 60,
        "KEEP_ALIVE_EVERY_SECONDS": 10,
        "KEEP_ALIVE_PROBES": 6,
    },
    "lines.tls": {"HANDSHAKE_SECONDS_MAX": 10.0},
    "lines.client": {"CONNECT_SECONDS_MAX": 5.0},
    "lines.staging.held": {"HELD_MAX": 1_000},
    "iso8583.mapping.session": {"ECHO_ANSWER_SECONDS_MAX": 10.0, "NO_ECHO": 0},
    "iso8583.mapping.billing": {"AMOUNT_MAX": 999_999_999_999},
    "iso8583.mapping.security_places": {"RESULT_CHARACTERS_MAX": 16},
    "centre.server": {"DRAIN_SECONDS_MAX": 45.0, "WATCH_SECONDS": 1.0},
    "centre.issuer_processes": {"_STEADY_SECONDS": 10.0},
    "centre.clock.business_clock": {"DAYS_AHEAD_MAX": 7, "TOLD_AGAIN_SECONDS": 3_600.0, "OPEN_SECONDS_MAX": 5.0},
    "centre.host.door": {"AT_THE_DOOR_SECONDS_MAX": 10.0, "AT_THE_DOOR_MAX": 8},
    "centre.host.issuer_stage": {"AWAITED_SECONDS": 60.0},
    "centre.host.stage_orders": {"HELD_WAIT_SECONDS_MAX": 5.0},
    "centre.host.watched_folder": {"FOLDER_LOOK_SECONDS": 1.0},
    "centre.traffic.inbound": {"CURRENCY": "504"},
    "clearing.remises": {"REMISE_NUMBER_MAX": 999_999},
    "clearing.interchange": {"RATE_BASIS_POINTS_MAX": 9_999},
    "business_day": {"BEFORE_CUT_OFF_MS": 60_000},
    "money": {"BASIS_POINTS": 10_000},
}


@pytest.mark.parametrize("module", LIMITS)
def test_a_limit_is_what_it_says(module: str) -> None:
    named = import_module(f"switch.{module}")
    assert {name: getattr(named, name) for name in LIMITS[module]} == LIMITS[module]


def test_what_debits_what_credits_and_what_moves_nothing() -> None:
    assert frozenset({"bill_payment", "cash_withdrawal", "purchase", "purchase_with_cash_back", "quasi_cash"}) == DEBITS
    assert frozenset({"refund"}) == CREDITS
    assert frozenset({"balance_inquiry", "card_verification"}) == INQUIRIES
    assert (AUTHORIZATION, FINANCIAL) == ("authorization", "financial")


def test_these_codes_approve_and_each_that_approves_has_its_meaning() -> None:
    assert frozenset({"00", "08", "10", "11", "16"}) == APPROVALS
    meant = {code: RESPONSE_MEANINGS[code] for code in sorted(APPROVALS)}
    assert all(words.startswith("approved") for words in meant.values()), meant
    assert not [code for code, words in RESPONSE_MEANINGS.items() if words.startswith("approved") and code not in APPROVALS]
    assert not RESPONSE_MEANINGS.keys() & SCHEME_MEANINGS.keys()


def test_functions_of_network_management_are_named_alike_wherever_they_are() -> None:
    assert network_management._NAMES == {
        "001": "sign-on",
        "002": "sign-off",
        "201": "cut-over",
        "301": "echo",
        "101": "PIN key change",
        "160": "MAC key change",
        "161": "PIN key change",
        "162": "MAC key change",
    }
    assert network_management.KEY_USES_OF == {"101": "zpk", "160": "mac", "161": "zpk", "162": "mac"}
