"""Card acceptors: the merchants the centre acquires for, and the bank accounts it pays them on."""

from __future__ import annotations

from typing import Any, Final, Literal

from switch.money import BASIS_POINTS, is_currency
from switch.record import frozen
from switch.spec_table import SpecTable

#: When an approved authorization (0100) of a merchant counts in the day: by itself, in the date it was decided; once a
#: completion (0220) names it; or when its terminal closes its batch (0500, 0520).
AT_CUT_OFF: Final = "cut_off"
BY_COMPLETION: Final = "completion"
BY_BATCH: Final = "batch"
ContractCapture = Literal["cut_off", "completion", "batch"]
CAPTURES: Final[tuple[ContractCapture, ...]] = (AT_CUT_OFF, BY_COMPLETION, BY_BATCH)

StatementLanguage = Literal["fr", "en", "ar"]
LANGUAGES: Final[tuple[StatementLanguage, ...]] = ("fr", "en", "ar")

#: What one payout of a merchant is: of one remise, or of all it is due on a date.
BY_REMISE: Final = "remise"
BY_MERCHANT: Final = "merchant"
PaidBy = Literal["remise", "merchant"]
PAYMENTS: Final[tuple[PaidBy, ...]] = (BY_REMISE, BY_MERCHANT)

#: How the statement of a merchant is laid out as text, PDF and XLSX: a line for each transaction with what it cost, or a block
#: for each remise.
ContractLayout = Literal["detailed", "remise"]
#: All layouts a statement can be asked for in: the last one is the invoice of a month.
STATEMENT_LAYOUTS: Final = ("detailed", "remise", "monthly")
CONTRACT_LAYOUTS: Final[tuple[ContractLayout, ...]] = ("detailed", "remise")

#: What stands on the account of a merchant beside a payout: with places for the remise, its terminal, the merchant, the date.
PAYOUT_LABEL: Final = "VENTE PAR CARTE {remise}"
PAYOUT_LABEL_FORM: Final = r"(?:[^{}]|\{remise\}|\{terminal\}|\{merchant\}|\{date\}){1,60}"

#: Where the commission is rounded: on each line, or once for each remise, with the difference as a line of its own.
BY_LINE: Final = "line"
Rounding = Literal["line", "remise"]
ROUNDINGS: Final[tuple[Rounding, ...]] = (BY_LINE, BY_REMISE)

HELD_BACK_DAYS_MAX: Final = 3_650  #: ten years

MARGIN_BASIS_POINTS_MAX = 2_000  #: of a conversion: 20 %; more is a slip of the hand
FLOOR_LIMIT_MINOR = 1_000_000  #: of a contract that says nothing: 10,000.00
CONTRACT_DAYS_MAX = 366  #: of a period in a contract: a year

_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
#: An address as RFC 5321 has them, in ASCII and without quotes: at most 64 characters, @, a domain of at most 189.
#: ``=?`` begins an encoded word in a header (RFC 2047), which may stand for a line end, so no address that is taken has it.
EMAIL: Final = rf"(?!.*=\?)(?=.{{1,64}}@.{{1,189}}$){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*"
EMAIL_EXPECTED: Final = "an e-mail address"

RIB_DIGITS = 24  #: 3 bank + 3 city + 16 account + 2 key (Morocco, since the SIMT reform)


def rib_key(first_22: str) -> str:
    """The two key digits of a Moroccan RIB: 97 − (first 22 digits × 100 mod 97).

    >>> rib_key("3108101014029004423101")
    '33'
    """
    return f"{97 - int(first_22 + '00') % 97:02d}"


def currency_from_toml(table: SpecTable, default: str | None, key: str = "currency") -> Any:
    """A key such as ``currency``: the number ISO 4217 has for one."""
    currency = table.text(
        key, default, pattern=r"(?:\d{3})?" if default == "" else r"\d{3}", expected="three digits (ISO 4217)"
    )
    if currency not in (default, "") and not is_currency(currency):
        table.mistake(key, repr(currency), "the number of a currency (ISO 4217), such as 504 or 978")
    return currency


@frozen(kw_only=True)
class HeldBack:
    """A share of what a merchant is due that is held back and paid out later."""

    rate_basis_points: int  #: of the net of each date's remises, where that is above zero
    days: int  #: after which it is released
    maximum_minor: int | None  #: held back at one time; None: no limit

    @classmethod
    def from_toml(cls, table: SpecTable) -> HeldBack:
        held = cls(
            rate_basis_points=table.integer("rate_basis_points", low=1, high=BASIS_POINTS),
            days=table.integer("days", low=1, high=HELD_BACK_DAYS_MAX),
            maximum_minor=table.minor("maximum", None),
        )
        table.done()
        return held


@frozen(kw_only=True)
class Merchant:
    """A card acceptor and its contract."""

    id: str  #: DE 42, 1 to 15 characters, without the spaces that fill it up on the wire; empty in the default contract
    name: str
    city: str
    mcc: str  #: merchant category code, ISO 18245
    currency: str  #: the one currency it accepts, ISO 4217 numeric
    rib: str  #: account the payouts go to
    email: str  #: where its statements are sent
    plan: str  #: discount plan of ``fees/discount.toml``
    language: StatementLanguage  #: of its statement
    terminals: tuple[str, ...]  #: DE 41 of its terminals, 8 characters each
    capture: ContractCapture = AT_CUT_OFF  #: when its approved authorizations count
    over_basis_points: int = 0  #: how far a completion may go above what was authorized
    floor_limit_minor: int = FLOOR_LIMIT_MINOR  #: up to which it may sell without asking; what is above is not presented
    address: str = ""  #: on its statement, above the city
    ice: str = ""  #: identifiant commun de l'entreprise, on its statement
    paid_by: PaidBy = BY_REMISE  #: what one payout is of
    payout_label: str = PAYOUT_LABEL  #: of its payouts, as they stand on its account
    rounding: Rounding = BY_LINE  #: where its commission is rounded
    reserve: HeldBack | None = None  #: against chargebacks
    deposit: HeldBack | None = None  #: built up until it is complete
    layout: ContractLayout = "detailed"  #: of its statement, in files and by mail
    monthly_invoice: bool = False  #: whether the last close of a month makes its invoice, in files and by mail
    paid_in: str = ""  #: currency of its account, ISO 4217 numeric; empty: the one it sells in
    conversion_margin_basis_points: int = 0  #: of what is converted: kept by the centre
    hold_days: int = 0  #: days after which a hold that nobody captured expires, in business dates; 0: never
    debit_after_days: int = 0  #: days for which an account below zero is carried before it is debited; 0: always carried

    @classmethod
    def from_toml(cls, table: SpecTable) -> Merchant:
        merchant_id = table.text("id", pattern=r"[A-Za-z0-9]{1,15}", expected="1 to 15 letters or digits")
        return cls._read(table, merchant_id, table.texts("terminals"))

    @classmethod
    def default_from_toml(cls, table: SpecTable) -> Merchant:
        """The contract of whoever has none of their own: it is for any id and any terminal, so it names none."""
        return cls._read(table, "", ())

    @classmethod
    def _read(cls, table: SpecTable, merchant_id: str, terminals: tuple[str, ...]) -> Merchant:
        rib = table.text("rib").replace(" ", "")
        if not (rib.isascii() and rib.isdecimal() and len(rib) == RIB_DIGITS):
            table.mistake("rib", repr(rib), f"{RIB_DIGITS} digits")
        elif rib_key(rib[:22]) != rib[22:]:
            table.mistake("rib", f"key {rib[22:]} in {rib}", f"key {rib_key(rib[:22])}")
        merchant = cls(
            id=merchant_id,
            name=table.text("name", pattern=r".{1,22}", expected="at most 22 characters"),
            city=table.text("city", pattern=r".{1,13}", expected="at most 13 characters"),
            mcc=table.text("mcc", pattern=r"\d{4}", expected="four digits (ISO 18245)"),
            currency=currency_from_toml(table, "504"),
            rib=rib,
            email=table.text("email", pattern=EMAIL, expected=EMAIL_EXPECTED),
            plan=table.text("plan"),
            language=table.choice("language", LANGUAGES, "fr"),
            terminals=terminals,
            capture=table.choice("capture", CAPTURES, AT_CUT_OFF),
            over_basis_points=table.integer("over_basis_points", 0, high=BASIS_POINTS),
            floor_limit_minor=table.minor("floor_limit", FLOOR_LIMIT_MINOR),
            address=table.text("address", "", pattern=r".{0,60}", expected="at most 60 characters"),
            ice=table.text("ice", "", pattern=r"(?:[0-9]{15})?", expected="15 digits"),
            paid_by=table.choice("paid_by", PAYMENTS, BY_REMISE),
            paid_in=currency_from_toml(table, "", "paid_in"),
            conversion_margin_basis_points=table.integer("conversion_margin_basis_points", 0, high=MARGIN_BASIS_POINTS_MAX),
            layout=table.choice("layout", CONTRACT_LAYOUTS, "detailed"),
            monthly_invoice=table.flag("monthly_invoice", False),
            payout_label=table.text(
                "payout_label",
                PAYOUT_LABEL,
                pattern=PAYOUT_LABEL_FORM,
                expected="at most 60 characters, with places {remise}, {terminal}, {merchant} and {date}",
            ),
            rounding=table.choice("rounding", ROUNDINGS, BY_LINE),
            reserve=table.table("reserve").reading(HeldBack.from_toml) if "reserve" in table else None,
            deposit=table.table("deposit").reading(HeldBack.from_toml) if "deposit" in table else None,
            hold_days=table.integer("hold_days", 0, high=CONTRACT_DAYS_MAX),
            debit_after_days=table.integer("debit_after_days", 0, high=CONTRACT_DAYS_MAX),
        )
        for terminal in merchant.terminals:
            if len(terminal) != 8:
                table.mistake("terminals", repr(terminal), "terminal ids of 8 characters")
        table.done()
        return merchant
