"""The XML API of est3Dgate (``/fim/api``), by which a shop's server asks for payments and looks after them.

``CC5Request`` comes in, ``CC5Response`` goes out.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any, Final, Literal
from urllib.parse import parse_qs
from xml.etree import ElementTree

from attrs import field

from switch.display.guarded_xml import DocumentTypeError, TextEncodingError, refuse_document_type
from switch.gateway.protocol.payment_request import ORDER_ID_LENGTH_MAX, FieldError, currency_of, minor_units
from switch.record import frozen
from switch.spec_table import AMOUNT_MINOR_MAX

#: What a server may ask for. ``Query`` is the state of an order, or with ``ORDERHISTORY`` all that happened to it.
ApiKind = Literal["Auth", "PreAuth", "PostAuth", "Void", "Credit", "Status", "History"]
_KINDS: Final[dict[str, ApiKind]] = {
    "auth": "Auth",
    "preauth": "PreAuth",
    "postauth": "PostAuth",
    "void": "Void",
    "credit": "Credit",
}
_QUERIES: Final[dict[str, ApiKind]] = {"ORDERSTATUS": "Status", "ORDERHISTORY": "History"}
PAYS: Final[frozenset[ApiKind]] = frozenset({"Auth", "PreAuth"})

API_BYTES_MAX: Final = 32 * 1024
_EXPIRES: Final = re.compile(r"(0[1-9]|1[0-2])[/.-]?(?:20)?([0-9]{2})")

#: ERRORCODE of what the gateway itself refuses; codes of banks are ``ISO8583-`` and DE 39.
NOT_UNDERSTOOD: Final = "CORE-2001"
NOT_ALLOWED: Final = "CORE-2005"
NO_SUCH_ORDER: Final = "CORE-2008"
WRONG_STATE: Final = "CORE-2507"
ORDER_IS_PAID: Final = "CORE-2202"


@frozen(kw_only=True)
class ApiRequest:
    """What a shop's server asks for."""

    name: str
    password: str = field(repr=False)
    client_id: str
    kind: ApiKind
    order_id: str
    transaction_id: str  #: of one transaction of the order; empty: of the order
    amount_minor: int | None  #: None: all there is
    currency: str
    number: str = field(repr=False)  #: of the card; empty where the request is about an order
    expires: str = field(repr=False)  #: YYMM
    cvv2: str = field(repr=False)
    eci: str
    cavv: str = field(repr=False)
    xid: str
    email: str
    client_ip: str


class ApiReadError(Exception):
    """A body that is no request: ``errors`` say what was found and what was expected."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__("; ".join(map(str, errors)))
        self.errors = errors


def api_request(body: bytes) -> ApiRequest:
    """Read a request, as XML or as the form field ``DATA`` that holds it. ApiReadError says all that is wrong with it."""
    root = _root(body)
    texts = {element.tag.lower(): (element.text or "").strip() for element in root if isinstance(element.tag, str)}
    extra = {
        element.tag.upper(): (element.text or "").strip()
        for element in root.iterfind("./Extra/*")
        if isinstance(element.tag, str)
    }
    errors: list[FieldError] = []
    kind = _kind(texts, extra, errors)
    currency = currency_of(texts.get("currency", "") or "504")
    if currency is None:
        errors.append(
            FieldError("Currency", repr(texts["currency"][:20]), "the number of a currency (ISO 4217): 504 for dirhams")
        )
    for name, tag in (("name", "Name"), ("password", "Password"), ("clientid", "ClientId")):
        if not texts.get(name):
            errors.append(FieldError(tag, "nothing", "what the acquirer gave for the XML API"))
    amount = _amount(texts.get("total", ""), currency or "504", errors)
    request = ApiRequest(
        name=texts.get("name", ""),
        password=texts.get("password", ""),
        client_id=texts.get("clientid", ""),
        kind=kind,
        order_id=texts.get("orderid", "") or texts.get("oid", ""),
        transaction_id=texts.get("transid", ""),
        amount_minor=amount,
        currency=currency or "504",
        number=re.sub(r"[ -]", "", texts.get("number", "")),
        expires=_expiry(texts.get("expires", ""), errors),
        cvv2=texts.get("cvv2val", ""),
        eci=texts.get("payersecuritylevel", ""),
        cavv=texts.get("payerauthenticationcode", ""),
        xid=texts.get("payertxnid", ""),
        email=texts.get("email", ""),
        client_ip=texts.get("ipaddress", ""),
    )
    errors += _lacks(request)
    if errors:
        raise ApiReadError(*errors)
    return request


def _root(body: bytes) -> ElementTree.Element:
    if body.lstrip()[:5].upper() == b"DATA=":
        body = "".join(parse_qs(body.decode(errors="replace")).get("DATA", [""])).encode()
    if len(body) > API_BYTES_MAX:
        raise ApiReadError(FieldError("CC5Request", f"{len(body)} bytes", f"at most {API_BYTES_MAX}"))
    try:
        refuse_document_type(BytesIO(body).read)
        root = ElementTree.fromstring(body)  # noqa: S314  (without a document type there are no entities to expand)
    except DocumentTypeError:
        expected = "an element CC5Request and nothing before it"
        raise ApiReadError(FieldError("CC5Request", "a document type (DOCTYPE)", expected)) from None
    except (ElementTree.ParseError, TextEncodingError) as fault:
        raise ApiReadError(FieldError("CC5Request", f"no XML ({fault})", "an element CC5Request")) from None
    if root.tag != "CC5Request":
        raise ApiReadError(FieldError("CC5Request", f"an element {root.tag[:40]!r}", "an element CC5Request"))
    return root


def _kind(texts: dict[str, str], extra: dict[str, str], errors: list[FieldError]) -> ApiKind:
    queries = [kind for name, kind in _QUERIES.items() if extra.get(name, "").upper() == "QUERY"]
    if queries:
        return queries[0]
    given = texts.get("type", "")
    if given.lower() not in _KINDS:
        found = repr(given[:20]) if given else "nothing"
        errors.append(FieldError("Type", found, "Auth, PreAuth, PostAuth, Void, Credit, or a query in Extra (ORDERSTATUS)"))
    return _KINDS.get(given.lower(), "Status")


def _amount(given: str, currency: str, errors: list[FieldError]) -> int | None:
    if not given:
        return None
    minor = minor_units(given, currency)
    if minor is None or not 0 < minor <= AMOUNT_MINOR_MAX:
        errors.append(FieldError("Total", repr(given[:20]), "an amount such as 31.50, above nothing"))
        return None
    return minor


def _expiry(given: str, errors: list[FieldError]) -> str:
    found = _EXPIRES.fullmatch(given)
    if given and found is None:
        errors.append(FieldError("Expires", "a date of another form", "month and year such as 12/30"))
    return f"{found[2]}{found[1]}" if found else ""


def _lacks(request: ApiRequest) -> list[FieldError]:
    """What a request of its kind is nothing without, and names that are longer than any that is given."""
    lacks = []
    for tag, value in (("OrderId", request.order_id), ("TransId", request.transaction_id)):
        if len(value) > ORDER_ID_LENGTH_MAX:
            lacks.append(FieldError(tag, f"{len(value)} characters", f"at most {ORDER_ID_LENGTH_MAX}"))
    if request.kind in PAYS:
        if not re.fullmatch(r"[0-9]{12,19}", request.number):
            lacks.append(FieldError("Number", "no card number", "12 to 19 digits"))
        if not request.expires:
            lacks.append(FieldError("Expires", "nothing", "month and year such as 12/30"))
        if request.amount_minor is None:
            lacks.append(FieldError("Total", "nothing", "an amount such as 31.50"))
    elif not (request.order_id or request.transaction_id):
        lacks.append(FieldError("OrderId", "nothing", "the order number of the payment, or its TransId"))
    return lacks


@frozen(kw_only=True)
class ApiResponse:
    """What a shop's server is answered."""

    order_id: str
    answer: Literal["Approved", "Declined", "Error"]
    code: str  #: DE 39, or 99
    auth_code: str = ""
    reference: str = ""
    transaction_id: str = ""
    message: str = ""
    extra: tuple[tuple[str, str], ...] = ()  #: SETTLEID, TRXDATE, ERRORCODE, NUMCODE, CARDBRAND, and those of a query

    def to_xml(self) -> bytes:
        """The document, in UTF-8.

        >>> ApiResponse(order_id="A", answer="Error", code="99").to_xml()[39:86]
        b'<CC5Response><OrderId>A</OrderId><GroupId>A</Gr'
        """
        root = ElementTree.Element("CC5Response")
        texts: dict[str, Any] = {
            "OrderId": self.order_id,
            "GroupId": self.order_id,
            "Response": self.answer,
            "AuthCode": self.auth_code,
            "HostRefNum": self.reference,
            "ProcReturnCode": self.code,
            "TransId": self.transaction_id,
            "ErrMsg": self.message,
        }
        for name, text in texts.items():
            ElementTree.SubElement(root, name).text = _legal(text)
        extra = ElementTree.SubElement(root, "Extra")
        for name, text in self.extra:
            ElementTree.SubElement(extra, name).text = _legal(text)
        document: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
        return document


def _legal(text: str) -> str:
    """A text without the characters that XML 1.0 has no way to write."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "�", text)
