"""What a shop asks for with a post to est3Dgate: the payment, where the answers go, how the page behaves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from switch.gateway.protocol.posted import Posted
from switch.merchant import EMAIL
from switch.money import CURRENCIES, currency_number, format_minor
from switch.record import frozen
from switch.spec_table import AMOUNT_MINOR_MAX

StoreType = Literal["3D_PAY_HOSTING", "3D_PAY"]
PaymentKind = Literal["Auth", "PreAuth"]
PageLanguage = Literal["fr", "ar", "en"]
PAGE_LANGUAGES: Final[tuple[PageLanguage, ...]] = ("fr", "ar", "en")

_KNOWN: Final = """
clientid storetype TranType amount currency oid okUrl failUrl callbackUrl shopurl lang email BillToName BillToCompany
BillToStreet1 BillToStreet2 BillToStreet12 BillToStreet3 BillToCity BillToStateProv BillToPostalCode BillToCountry
BillToTelVoice tel ShipToName ShipToCompany ShipToStreet1 ShipToStreet2 ShipToCity ShipToStateProv ShipToPostalCode
ShipToCountry hashAlgorithm encoding refreshtime rnd HASH AutoRedirect CallbackResponse amountCur symbolCur
currenciesList description sessiontimeout instalment taksit comments firmaadi faturaFirma islemtipi
"""
#: Every field the protocol knows, as its documentation spells it. Others are hashed and given back, and mean nothing.
FORM_FIELDS: Final = tuple(_KNOWN.split())
#: Of ``3D_PAY``, where the shop's own page asks for the card: these are read and never given back.
CARD_FIELDS: Final = ("pan", "cv2", "Ecom_Payment_Card_ExpDate_Year", "Ecom_Payment_Card_ExpDate_Month", "cardType")

SESSION_SECONDS: Final = 2_700  #: how long the page waits for the shopper, where the shop says nothing
SESSION_SECONDS_LEAST: Final = 30
REFRESH_SECONDS_MAX: Final = 60
ORDER_ID_LENGTH_MAX: Final = 64
_AMOUNT: Final = re.compile(r"([0-9]{1,12})(?:[.,]([0-9]{1,3}))?")
_ORDER_ID: Final = rf"[^\x00-\x1f\x7f]{{1,{ORDER_ID_LENGTH_MAX}}}"
_COUNTRY: Final = re.compile(r"[A-Za-z]{2,3}|[0-9]{3}|")


@frozen
class FieldError:
    """One thing that is wrong with a post: where, what was found, what was expected."""

    field: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.field}: found {self.found}, expected {self.expected}"


@frozen(kw_only=True)
class PaymentRequest:
    """A payment as a shop asks for it."""

    client_id: str
    store_type: StoreType
    kind: PaymentKind
    amount_minor: int
    currency: str  #: ISO 4217, numeric
    order_id: str
    ok_url: str
    fail_url: str
    callback_url: str  #: empty: the shop is answered through the shopper's browser alone
    shop_url: str
    language: PageLanguage
    email: str  #: of the shopper
    bill_to: tuple[tuple[str, str], ...]  #: what the billing address says, by field
    telephone: str
    description: str
    auto_redirect: bool  #: the browser goes on to the shop by itself
    refresh_seconds: int  #: after so long
    session_seconds: int  #: how long the page waits for the shopper
    shown_amount: str  #: in another currency, for the shopper's information: ``amountCur``
    shown_symbol: str
    echoed: tuple[tuple[str, str], ...]  #: what comes back in every answer, as it was posted

    @property
    def captures(self) -> bool:
        """Whether an approved payment is captured at once, and not only held."""
        return self.kind == "Auth"


class _Reading:
    """A post as it is read, and what is wrong with it so far."""

    def __init__(self, posted: Posted) -> None:
        self.posted = posted
        self.errors: list[FieldError] = []

    def wrong(self, field: str, expected: str) -> None:
        value = self.posted[field]
        self.errors.append(FieldError(field, repr(value[:60]) if value else "nothing", expected))

    def text(self, field: str, pattern: str, expected: str, default: str | None = None) -> str:
        value = self.posted[field].strip()
        if not value and default is not None:
            return default
        if not re.fullmatch(pattern, value):
            self.wrong(field, expected)
        return value

    def choice(self, field: str, words: Mapping[str, Any], default: str | None, expected: str) -> Any:
        value = self.posted[field].strip().lower().replace("_", "") or (default or "")
        if value not in words:
            self.wrong(field, expected)
            return next(iter(words.values()))
        return words[value]

    def url(self, field: str, needed: bool = True) -> str:
        value = self.posted[field].strip()
        if (value or needed) and not _is_web_address(value):
            self.wrong(field, "the address of a page of the shop, http://… or https://…")
        return value

    def whole(self, field: str, default: int, least: int, most: int) -> int:
        value = self.posted[field].strip()
        if not value:
            return default
        if not (value.isascii() and value.isdecimal() and len(value) <= 9 and least <= int(value) <= most):
            self.wrong(field, f"seconds from {least} to {most}")
            return default
        return int(value)


_STORE_TYPES: Final = {
    "3d_pay_hosting": "3D_PAY_HOSTING",
    "3dpayhosting": "3D_PAY_HOSTING",
    "3d_pay": "3D_PAY",
    "3dpay": "3D_PAY",
}
_KINDS: Final = {"preauth": "PreAuth", "auth": "Auth"}
_YES: Final = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}


def payment_request(posted: Posted) -> tuple[PaymentRequest | None, tuple[FieldError, ...]]:
    """The payment a post asks for, or None and all that is wrong with it."""
    reading = _Reading(posted)
    for name in posted.twice():
        reading.errors.append(FieldError(name, "it twice", "each field once"))
    currency = _currency(reading)
    request = PaymentRequest(
        client_id=reading.text("clientid", r"[A-Za-z0-9]{1,15}", "the client id of the shop, 1 to 15 letters or digits"),
        store_type=reading.choice("storetype", _STORE_TYPES, None, "3D_PAY_HOSTING (or 3D_PAY)"),
        kind=reading.choice("TranType", _KINDS, "preauth", "PreAuth or Auth"),
        amount_minor=_amount(reading, currency),
        currency=currency,
        order_id=reading.text(
            "oid",
            rf"[^\x00-\x1f\x7f]{{1,{ORDER_ID_LENGTH_MAX}}}",
            f"an order number of at most {ORDER_ID_LENGTH_MAX} characters",
        ),
        ok_url=reading.url("okUrl"),
        fail_url=reading.url("failUrl"),
        callback_url=reading.url("callbackUrl", needed=False),
        shop_url=reading.url("shopurl", needed=False),
        language=reading.choice("lang", {word: word for word in PAGE_LANGUAGES}, "fr", "fr, ar or en"),
        email=reading.text("email", EMAIL, "an e-mail address", ""),
        bill_to=tuple((name, value) for name, value in posted.fields if name.lower().startswith("billto")),
        telephone=(posted["tel"] or posted["BillToTelVoice"]).strip(),
        description=posted["description"].strip(),
        auto_redirect=reading.choice("AutoRedirect", _YES, "false", "true or false"),
        refresh_seconds=reading.whole("refreshtime", 5, 0, REFRESH_SECONDS_MAX),
        session_seconds=reading.whole("sessiontimeout", SESSION_SECONDS, SESSION_SECONDS_LEAST, SESSION_SECONDS),
        shown_amount=posted["amountCur"].strip(),
        shown_symbol=posted["symbolCur"].strip(),
        echoed=_echoed(posted),
    )
    reading.text("BillToCountry", _COUNTRY.pattern, "the country by ISO 3166: MA or 504", "")
    return (None, tuple(reading.errors)) if reading.errors else (request, ())


def _echoed(posted: Posted) -> tuple[tuple[str, str], ...]:
    """What is given back: all that came but the hash, and but whatever a card is paid with."""
    left_out = {"hash", *(name.lower() for name in CARD_FIELDS)}
    return tuple((name, value) for name, value in posted.fields if name.lower() not in left_out)


def currency_of(given: str) -> str | None:
    """The number of a currency that is given by number or by letters; None where it is none.

    >>> currency_of("mad"), currency_of("978"), currency_of("999")
    ('504', '978', None)
    """
    number = currency_number(given.upper()) or given
    return number if number in CURRENCIES else None


def minor_units(given: str, currency: str) -> int | None:
    """An amount in minor units of its currency, None where it is none; a comma may stand for the decimal point.

    >>> minor_units("31,5", "504"), minor_units("1 000", "504")
    (3150, None)
    """
    digits = CURRENCIES[currency][1]
    found = _AMOUNT.fullmatch(given)
    decimals = (found[2] or "") if found else ""
    if found is None or len(decimals.rstrip("0")) > digits:
        return None
    return int(found[1] + decimals[:digits].ljust(digits, "0"))


def _currency(reading: _Reading) -> str:
    currency = currency_of(reading.posted["currency"].strip())
    if currency is None:
        reading.wrong("currency", "the number of a currency (ISO 4217): 504 for dirhams")
    return currency or "504"


def _amount(reading: _Reading, currency: str) -> int:
    minor = minor_units(reading.posted["amount"].strip(), currency)
    if minor is None:
        shown = format_minor(3150 if CURRENCIES[currency][1] else 31, currency)
        reading.wrong("amount", f"an amount such as {shown}, without blanks or thousands marks")
        return 0
    if not 0 < minor <= AMOUNT_MINOR_MAX:
        reading.wrong("amount", "more than nothing, and at most twelve digits with the decimals")
    return minor


def _is_web_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    plain = value.isprintable() and " " not in value and "\\" not in value and (value.isascii() or "[" not in parts.netloc)
    return plain and parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0 and parts.username is None
