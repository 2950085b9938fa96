"""The form of a shop that wants to sell here: what it asks for, and what is wrong with what was typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Final
from urllib.parse import urlsplit

from switch.display.visible import UNSHOWN
from switch.gateway.protocol.payment_request import PAGE_LANGUAGES, PageLanguage
from switch.gateway.protocol.posted import Posted
from switch.merchant import EMAIL, RIB_DIGITS, rib_key
from switch.record import frozen

SHOP_NAME_MAX: Final = 40  #: on the payment page
LEGAL_NAME_MAX: Final = 60
CITY_MAX: Final = 13  #: of a contract (DE 43)
ADDRESS_MAX: Final = 60
SITE_MAX: Final = 120
ICE_DIGITS: Final = 15
#: The fields of the form, in its order.
APPLICATION_FIELDS: Final = ("shop_name", "legal_name", "ice", "address", "city", "email", "rib", "site", "plan")
_HOST: Final = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")
_PARTING: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")  #: taken for a space
_UNSEEN: Final = re.compile(f"[{UNSHOWN}]")  #: left out: a public list shows what was accepted, in the order it was read


@frozen(kw_only=True)
class ApplicationForm:
    """What was typed, to be shown again, and a text key for each field that is wrong; ``language`` is that of the page."""

    typed: Mapping[str, str]
    errors: Mapping[str, str]
    terms: bool = False

    @property
    def is_right(self) -> bool:
        return not self.errors


def application_form(posted: Posted, plans: Collection[str], language: PageLanguage) -> ApplicationForm:
    """Read the form. Where it ``is_right``, what is typed is an application as it is kept."""
    assert language in PAGE_LANGUAGES
    typed: dict[str, str] = {name: _seen(posted[name]) for name in APPLICATION_FIELDS}
    typed["ice"], typed["rib"] = (re.sub(r"[ .-]", "", typed[name]) for name in ("ice", "rib"))
    errors: dict[str, str] = {}
    for name, most in (
        ("shop_name", SHOP_NAME_MAX),
        ("legal_name", LEGAL_NAME_MAX),
        ("address", ADDRESS_MAX),
        ("city", CITY_MAX),
        ("site", SITE_MAX),
    ):
        in_latin = latin(typed[name]) if name in ("legal_name", "city") else typed[name]
        if not (len(typed[name]) <= most and len(in_latin) <= most and any(map(str.isalnum, in_latin))):
            errors[name] = f"{name}_wrong"
    if not (_is_digits(typed["ice"]) and len(typed["ice"]) == ICE_DIGITS):
        errors["ice"] = "ice_wrong"
    if not re.fullmatch(EMAIL, typed["email"]):
        errors["email"] = "email_wrong"
    rib = typed["rib"]
    if not (_is_digits(rib) and len(rib) == RIB_DIGITS):
        errors["rib"] = "rib_wrong"
    elif rib_key(rib[:22]) != rib[22:]:
        errors["rib"] = "rib_key_wrong"
    if "site" not in errors and not is_site(typed["site"]):
        errors["site"] = "site_wrong"
    if typed["plan"] not in plans:
        errors["plan"] = "plan_wrong"
    terms = posted["terms"] == "1"
    if not terms:
        errors["terms"] = "terms_wrong"
    ordered: dict[str, str] = {name: errors[name] for name in (*APPLICATION_FIELDS, "terms") if name in errors}
    return ApplicationForm(typed={**typed, "language": language}, errors=ordered, terms=terms)


def _seen(text: str) -> str:
    """What somebody who reads a text sees of it, on one line."""
    return " ".join(_UNSEEN.sub("", _PARTING.sub(" ", text)).split())


def latin(text: str) -> str:
    """A text as messages to banks have it (DE 43): capital letters of ASCII, without accents; other letters are left out.

    >>> latin("L'Échoppe  du café"), latin("متجر")
    ("L'ECHOPPE DU CAFE", '')
    """
    plain = unicodedata.normalize("NFKD", text.replace("’", "'")).encode("ascii", "ignore").decode()
    return " ".join(plain.upper().split())


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def is_site(address: str) -> bool:
    """Whether an address is that of a site anybody could visit: https or http, a host with a dot, no name or password in it.

    >>> is_site("https://boutique.example"), is_site("javascript:alert(1)"), is_site("https://a@b.example")
    (True, False, False)
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    host = parts.netloc.rpartition(":")[0] if port is not None else parts.netloc
    plain = re.fullmatch(r"[!-~]*", address) is not None
    return plain and parts.scheme in ("https", "http") and _HOST.fullmatch(host) is not None
