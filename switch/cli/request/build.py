"""The message ``switch send`` is to send: its options completed from the specification, the journal, the clock and chance."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from attrs import evolve

from switch.cli.command.options import sayable
from switch.cli.request.options import Wishes
from switch.data_folder.centre_clock import centre_clock_of
from switch.errors import SwitchError
from switch.iso8583.dialect import Dialect
from switch.iso8583.mapping.acquirer import TRANSACTION_TYPES
from switch.iso8583.mapping.compose import (
    ENTRIES,
    KINDS,
    NETWORK_FUNCTIONS,
    STAN_DIGITS,
    Sale,
    currency_number,
    network_message,
    retrieval_reference,
    sale_message,
    totals_message,
)
from switch.iso8583.mapping.follow_up import ADJUST, COMPLETE, INCREMENT, MTIS, Original, following
from switch.iso8583.message import Message
from switch.merchant import Merchant
from switch.money import format_minor, parse_amount
from switch.specs.parts import Parts
from switch.transaction import APPROVALS, AUTHORIZATION, BATCH, REQUEST, WITH_BATCH, ExchangeKey

AMOUNT: Final = "125.00"  #: where nothing else says it
ANY_TERMINAL: Final = "TERM0001"  #: where the specification has no merchant
EXPIRY_YEARS: Final = 3  #: of a card the specification does not know
TOTALS_MTI: Final = "0500"

T = TypeVar("T")
_Row = dict[str, Any]  #: one request of the journal with its decision


class Asked(NamedTuple):
    """The message to send; ``journaled`` where it follows a request that stands in the journal."""

    message: Message
    journaled: bool


def message_of(wishes: Wishes, specs: Parts, dialect: Dialect, data: Path) -> Asked:
    """The message the options ask for. ``data`` is where the journal is that may know what it follows."""
    wishes.refuse_contradictions()
    now = centre_now(data, specs)
    stan = (wishes.stan if wishes.stan is not None else str(drawn(10**STAN_DIGITS - 1) + 1)).zfill(STAN_DIGITS)
    centre_id = specs.centre.institution_id
    if wishes.network is not None:
        function = NETWORK_FUNCTIONS[wishes.network]
        message = network_message(wishes.mti or "0800", function, institution_id=centre_id, stan=stan, at=now, dialect=dialect)
        return Asked(message, journaled=False)
    if wishes.totals:
        terminal_id = _terminal(wishes, _merchant(wishes, specs) or _first_merchant(specs))
        mti = wishes.mti or TOTALS_MTI
        message = totals_message(mti, acquirer_id=centre_id, terminal_id=terminal_id, stan=stan, at=now, dialect=dialect)
        return Asked(message, journaled=False)
    if wishes.follows is not None:
        return _following(*wishes.follows, wishes, specs, dialect, data, now, stan)
    return Asked(sale_message(_sale(wishes, specs, now, stan), dialect), journaled=False)


def centre_now(data: Path, specs: Parts) -> datetime:
    """The time where the centre of a data folder is, by its clock; the machine's where the folder is nobody's."""
    return datetime.fromtimestamp(centre_clock_of(data)() / 1000, specs.calendar.zone)


def as_typed(option: str, parse: Callable[..., T], *words: str) -> T:
    """What a text of a person means; what is wrong with it is told with the option it was typed behind."""
    try:
        return parse(*words)
    except SwitchError as error:
        raise SwitchError(f"{option}: {str(error).partition(': ')[2]}") from None


def _amount(option: str, text: str, currency: str) -> int:
    return as_typed(option, parse_amount, text, currency)


def _sale(wishes: Wishes, specs: Parts, now: datetime, stan: str) -> Sale:
    """A request as it would be made at a till."""
    merchant = _merchant(wishes, specs)
    kind = "cash-back" if wishes.cash_back is not None else wishes.kind
    usual = KINDS[kind or "purchase"]
    number = wishes.pan if wishes.pan is not None else _first_card(specs)
    own_currency = merchant.currency if merchant is not None else "504"
    currency = as_typed("--currency", currency_number, wishes.currency) if wishes.currency is not None else own_currency
    return Sale(
        mti=wishes.mti or usual.mti,
        pan=number,
        expiry=wishes.expiry or _own_expiry(specs, number) or f"{now.year + EXPIRY_YEARS:04d}12"[2:],
        amount_minor=as_typed("--amount", parse_amount, AMOUNT if wishes.amount is None else wishes.amount, currency)
        if usual.moves_money
        else 0,
        currency=currency,
        entry=wishes.entry or wishes.proofs.entry or next(iter(ENTRIES)),
        merchant_id=wishes.merchant_id if wishes.merchant_id is not None else merchant.id if merchant else "",
        merchant=merchant,
        terminal_id=_terminal(wishes, merchant or _first_merchant(specs)),
        acquirer_id=specs.centre.institution_id,
        country=specs.centre.country,
        stan=stan,
        rrn=wishes.rrn if wishes.rrn is not None else retrieval_reference(now, stan),
        at=now,
        kind=kind,
        cash_back_minor=_amount("--cash-back", wishes.cash_back, currency) if wishes.cash_back is not None else 0,
        partial_accepted=wishes.partial,
    )


def _following(
    what: str, rrn: str, wishes: Wishes, specs: Parts, dialect: Dialect, data: Path, now: datetime, stan: str
) -> Asked:
    """A message that names another: by two options, or as the journal has it, which then completes what no option says."""
    row = None
    if wishes.original_stan is not None and wishes.original_at is not None:
        sale = _sale(evolve(wishes, mti=wishes.mti or MTIS[what]), specs, now, stan)
        terminal_id = sale.terminal_id
        key = ExchangeKey(sale.acquirer_id, terminal_id, *_told(wishes.original_stan, wishes.original_at))
        original = Original("0200" if what == ADJUST else "0100", key, rrn, None)  # a till adjusts what it has sold
    else:
        row = _original_row(what, rrn, data)
        key = ExchangeKey(row["acquirer_id"], row["terminal_id"], row["stan"], row["transmitted_at"])
        original = Original(_mti(row), key, row["rrn"], row["approval_code"])
        sale = _sale(_completed(wishes, what, row, data), specs, now, stan)
        sale = evolve(sale, acquirer_id=key.acquirer_id)
    leave_minor = _amount("--leave", wishes.leave, sale.currency) if wishes.leave is not None else 0
    message = following(what, sale_message(sale, dialect), original, dialect, leave_minor=leave_minor)
    return Asked(message, journaled=row is not None)


def _told(stan: str, at: str) -> tuple[str, str]:
    """DE 11 and DE 7 of an original, as two options say them."""
    for option, value, digits in (("--original-stan", stan, 6), ("--original-at", at, 10)):
        if not (value.isascii() and value.isdecimal() and len(value) <= digits):
            raise SwitchError(f"{option}: found {value!r}, expected {digits} digits")
    return stan.zfill(6), at.zfill(10)


def _original_row(what: str, rrn: str, data: Path) -> _Row:
    """The request of the journal that is meant: what is completed or adjusted came first, what is undone was approved last."""
    from switch.journal.journal import read_life  # it takes a tenth of a second to load
    from switch.journal.journal_file import JOURNAL_FILE

    hint = "--data or --ready-file names the journal; --original-stan and --original-at need none"
    if not (data / JOURNAL_FILE).exists():
        raise SwitchError(f"--{what}: found RRN {rrn} and no journal in {data}, expected a journal that has it", hint=hint)
    rows: list[_Row] = read_life(data, sayable(rrn))
    if not rows:
        raise SwitchError(f"--{what}: found RRN {rrn}, expected one in the journal of {data}", hint=hint)
    rows = [row for row in rows if row.get("function") != BATCH] or rows  # what a batch captured has the key of its sale
    approved = [row for row in rows if row["response_code"] in APPROVALS] or rows
    if what in (COMPLETE, ADJUST, INCREMENT):
        return approved[0]
    adjusted = (row for row in rows if row["id"] == approved[-1].get("original_id") and row.get("capture") == WITH_BATCH)
    return next(adjusted, approved[-1])  # the sale, and not its last adjustment alone


def _mti(row: _Row) -> str:
    message_class = "1" if row["message_class"] == AUTHORIZATION else "2"
    return f"0{message_class}{'0' if row.get('function', REQUEST) == REQUEST else '2'}0"


def _completed(wishes: Wishes, what: str, row: _Row, data: Path) -> Wishes:
    """The wishes with what the journal has of the original wherever no option says otherwise."""
    from switch.data_folder.vault import Vault

    granted_minor = row.get("approved_minor") or row["amount_minor"]
    known = {
        "mti": MTIS[what],
        "pan": wishes.pan or Vault.open(data, new=False).unseal(row["pan_cipher"]).digits,
        "amount": AMOUNT if what == INCREMENT else format_minor(granted_minor, row["currency"]),
        "currency": row["currency"],
        "merchant_id": row["merchant_id"],
        "terminal_id": row["terminal_id"],
        "entry": row["channel"],
        "kind": _kind(row["transaction_type"]),
    }
    return evolve(wishes, **{name: value for name, value in known.items() if getattr(wishes, name) is None})


def drawn(below: int) -> int:
    """A number by chance, from 0."""
    return int.from_bytes(os.urandom(8), "big") % below


def _kind(transaction_type: str) -> str | None:
    """The kind of a request of the journal; a pre-authorization is a purchase like any other."""
    return next((name for name, kind in KINDS.items() if TRANSACTION_TYPES[kind.processing_code[:2]] == transaction_type), None)


def _merchant(wishes: Wishes, specs: Parts) -> Merchant | None:
    """The merchant named, where the specification has it; the first where none is named."""
    return specs.merchants.get(wishes.merchant_id) if wishes.merchant_id is not None else _first_merchant(specs)


def _first_merchant(specs: Parts) -> Merchant | None:
    return next(iter(specs.merchants.values()), None)


def _terminal(wishes: Wishes, acceptor: Merchant | None) -> str:
    if wishes.terminal_id is not None:
        return wishes.terminal_id
    return acceptor.terminals[0] if acceptor is not None and acceptor.terminals else ANY_TERMINAL


def _first_card(specs: Parts) -> str:
    for issuer in specs.issuers.values():
        for card in issuer.all_cards():
            return card.pan.digits
    raise SwitchError("--pan: found nothing, expected a card number: the specification has no test cards")


def _own_expiry(specs: Parts, digits: str) -> str | None:
    """The expiry of a test card; None for a number no issuer has given out."""
    for issuer in specs.issuers.values():
        for card in issuer.cards:
            if card.pan.digits == digits:
                return card.expiry
        found = issuer.further_card(digits) if digits.isascii() and digits.isdecimal() else None
        if found is not None:
            return found.expiry
    return None
