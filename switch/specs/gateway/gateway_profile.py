"""What ``gateway.toml`` says: the acquirers that have a payment page, their shops, the brands, and what 3-D Secure finds.

The file may be missing: then there is no payment page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from switch.card import AUTHENTICATION_RESULTS, AuthenticationResult
from switch.gateway.protocol.posted import BRAND_NUMBERS
from switch.money import CURRENCIES
from switch.record import frozen
from switch.spec_table import SpecTable

#: What the answer of a shop to its callback decides: whether a payment is captured, or nothing, for it is captured at once.
CallbackPolicy = Literal["decides", "informs"]
CALLBACK_POLICIES: Final[tuple[CallbackPolicy, ...]] = ("decides", "informs")

CHALLENGE_CODE: Final = "123"  #: of the public kit of the payment page
LATE_SECONDS: Final = 5  #: until a bank answers that answers late, where no rule says otherwise
_LATE_SECONDS_MAX: Final = 3_600
TRIES_MAX: Final = 5  #: payments that may be tried in one session of the page
_ID: Final = r"[a-z0-9-]{1,20}"
_PATH: Final = r"/[A-Za-z0-9/_-]{1,60}"
_API_WORD: Final = r"[\x21-\x7e]{4,64}"
_API_EXPECTED: Final = "4 to 64 characters without blanks"
_SITE: Final = r"(?:https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:[/?][!-~]{0,100})?)?"
_ISO_DATE: Final = r"(?:[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]))?"
_ORIGIN: Final = r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?"


@frozen(kw_only=True)
class AcquirerIdentity:
    """An acquirer whose payment page is played: its name on the page, and the path that shops post to."""

    id: str
    name: str
    path: str

    @property
    def api_path(self) -> str:
        """Where shops post XML: beside the page.

        >>> AcquirerIdentity(id="a", name="A", path="/north/fim/est3Dgate").api_path
        '/north/fim/api'
        """
        return f"{self.path.rpartition('/')[0]}/api"

    @classmethod
    def from_toml(cls, table: SpecTable) -> AcquirerIdentity:
        acquirer = cls(
            id=table.text("id", pattern=_ID, expected="small letters, digits and hyphens"),
            name=table.text("name", pattern=r".{1,40}", expected="at most 40 characters"),
            path=table.text("path", pattern=_PATH, expected="the path of an address, such as /fim/est3Dgate"),
        )
        table.done()
        return acquirer


@frozen(kw_only=True)
class CardBrand:
    """A brand of cards: how its numbers begin and how long they and their codes are; ``programme`` is its 3-D Secure."""

    id: str
    name: str
    programme: str
    prefixes: tuple[str, ...]
    digits: int
    code_digits: int

    @classmethod
    def from_toml(cls, table: SpecTable) -> CardBrand:
        brand = cls(
            id=table.choice("id", tuple(BRAND_NUMBERS)),
            name=table.text("name", pattern=r".{1,30}", expected="at most 30 characters"),
            programme=table.text("programme", pattern=r".{1,40}", expected="at most 40 characters"),
            prefixes=table.texts("prefixes"),
            digits=table.integer("digits", 16, low=12, high=19),
            code_digits=table.integer("code_digits", 3, low=3, high=4),
        )
        for prefix in brand.prefixes:
            if not (prefix.isascii() and prefix.isdecimal() and len(prefix) <= 8):
                table.mistake("prefixes", repr(prefix), "one to eight digits")
        table.done()
        return brand


@frozen(kw_only=True)
class AuthenticationRule:
    """What the issuing bank's page finds for cards whose number begins so; ``code`` is what a challenge asks for, ``seconds``
    how late an answer is that comes late."""

    cards: str
    result: AuthenticationResult
    code: str
    seconds: int = LATE_SECONDS

    @classmethod
    def from_toml(cls, table: SpecTable) -> AuthenticationRule:
        rule = cls(
            cards=table.text("cards", pattern=r"[0-9]{0,19}", expected="the first digits of card numbers"),
            result=table.choice("result", AUTHENTICATION_RESULTS),
            code=table.text("code", CHALLENGE_CODE, pattern=r"[0-9]{3,8}", expected="three to eight digits"),
            seconds=table.integer("seconds", LATE_SECONDS, low=0, high=_LATE_SECONDS_MAX),
        )
        table.done()
        return rule


@frozen(kw_only=True)
class Shop:
    """A shop as a payment page knows it. ``merchant_id`` and ``terminal_id`` are how the centre knows it (DE 42 and 41)."""

    client_id: str
    acquirer: str
    name: str  #: on the page
    merchant_id: str
    terminal_id: str
    store_key: str
    earlier_store_key: str  #: empty: none; only told of where a hash was made with it
    brands: tuple[str, ...]
    currencies: tuple[str, ...]
    callback: CallbackPolicy
    tries: int  #: payments that may be tried in one session of the page before the shopper goes back to the shop
    three_d_secure: bool  #: False: nobody is asked, and the payment goes as one without
    unproved: bool  #: whether a payment goes on where the bank's page is away or the card takes no part
    framed_by: tuple[str, ...]  #: origins that may show the page in a frame
    api_name: str  #: of the XML API, as ``api_password`` is; empty: the shop has none
    api_password: str
    settled_callback: bool  #: whether the shop is called back once more when its remise is settled
    legacy_secret: str  #: of the protocol before est3Dgate; empty: the shop does not speak it
    site: str = ""  #: address of the shop's site in the public list; empty: it is not listed
    approved_on: str = ""  #: ISO date from which it is listed; empty where ``site`` is

    @classmethod
    def from_toml(cls, table: SpecTable) -> Shop:
        key = r"[\x21-\x7e]{6,64}"
        shop = cls(
            client_id=table.text("client_id", pattern=r"[A-Za-z0-9]{1,15}", expected="1 to 15 letters or digits"),
            acquirer=table.text("acquirer"),
            name=table.text("name", pattern=r".{1,40}", expected="at most 40 characters"),
            merchant_id=table.text("merchant"),
            terminal_id=table.text("terminal"),
            store_key=table.text("store_key", pattern=key, expected="6 to 64 characters without blanks"),
            earlier_store_key=table.text("earlier_store_key", "", pattern=rf"(?:{key})?", expected="6 to 64 characters"),
            brands=table.texts("brands", tuple(BRAND_NUMBERS)),
            currencies=table.texts("currencies", ("504",)),
            callback=table.choice("callback", CALLBACK_POLICIES, "decides"),
            tries=table.integer("tries", 1, low=1, high=TRIES_MAX),
            three_d_secure=table.flag("three_d_secure", True),
            unproved=table.flag("unproved", True),
            framed_by=table.texts("framed_by", ()),
            api_name=table.text("api_name", "", pattern=rf"(?:{_API_WORD})?", expected=_API_EXPECTED),
            api_password=table.text("api_password", "", pattern=rf"(?:{_API_WORD})?", expected=_API_EXPECTED),
            settled_callback=table.flag("settled_callback", False),
            legacy_secret=table.text("legacy_secret", "", pattern=rf"(?:{key})?", expected="6 to 64 characters"),
            site=table.text("site", "", pattern=_SITE, expected="the address of a site, such as https://shop.example"),
            approved_on=table.text("approved_on", "", pattern=_ISO_DATE, expected="a date such as 2026-11-28"),
        )
        if bool(shop.site) != bool(shop.approved_on):
            missing = "approved_on" if shop.site else "site"
            table.mistake(missing, "nothing", "both site and approved_on, or neither")
        if "SKS" in shop.store_key:
            table.mistake("store_key", "SKS in it", "a key without these letters, which the protocol forbids")
        if bool(shop.api_name) != bool(shop.api_password):
            missing = "api_password" if shop.api_name else "api_name"
            table.mistake(missing, "nothing", "both api_name and api_password, or neither")
        for origin in shop.framed_by:
            if not re.fullmatch(_ORIGIN, origin):
                table.mistake("framed_by", repr(origin), "the origins of pages, such as https://shop.example:8443")
        for number in shop.currencies:
            if number not in CURRENCIES:
                table.mistake("currencies", repr(number), f"one of {', '.join(sorted(CURRENCIES))} (ISO 4217)")
        for brand in shop.brands:
            if brand not in BRAND_NUMBERS:
                table.mistake("brands", repr(brand), f"one of {', '.join(BRAND_NUMBERS)}")
        table.done()
        return shop


@frozen(kw_only=True)
class RateLimits:
    """How often one address may post. 0: as often as it likes."""

    posts_per_minute: int = 6_000  #: forms of shops and shoppers: load tests come from one address
    sign_ins_per_minute: int = 10  #: to the merchant's office
    applications_per_hour: int = 6  #: for affiliation

    @classmethod
    def from_toml(cls, table: SpecTable) -> RateLimits:
        limits = cls(
            posts_per_minute=table.integer("posts_per_minute", 6_000),
            sign_ins_per_minute=table.integer("sign_ins_per_minute", 10),
            applications_per_hour=table.integer("applications_per_hour", 6),
        )
        table.done()
        return limits


@frozen(kw_only=True)
class GatewayProfile:
    """The payment pages of a centre's acquirers."""

    acquirers: Mapping[str, AcquirerIdentity] = MappingProxyType({})
    brands: Mapping[str, CardBrand] = MappingProxyType({})
    rules: tuple[AuthenticationRule, ...] = ()
    shops: Mapping[str, Shop] = MappingProxyType({})
    limits: RateLimits = RateLimits()

    @classmethod
    def from_toml(cls, table: SpecTable) -> GatewayProfile:
        profile = cls(
            acquirers=MappingProxyType({each.id: each for _, each in table.each("acquirer", AcquirerIdentity.from_toml)}),
            brands=MappingProxyType({each.id: each for _, each in table.each("brand", CardBrand.from_toml)}),
            rules=tuple(rule for _, rule in table.each("authentication", AuthenticationRule.from_toml)),
            shops=MappingProxyType({shop.client_id: shop for _, shop in table.each("shop", Shop.from_toml)}),
            limits=(table.table("limits").reading(RateLimits.from_toml) if "limits" in table else None) or RateLimits(),
        )
        table.done()
        return profile

    def brand_of(self, digits: str) -> CardBrand | None:
        """The brand of a card number: that of the longest prefix it begins with."""
        found = [
            (len(prefix), brand) for brand in self.brands.values() for prefix in brand.prefixes if digits.startswith(prefix)
        ]
        return max(found, key=lambda each: each[0])[1] if found else None

    def rule_of(self, digits: str) -> AuthenticationRule:
        """What 3-D Secure finds for a card: the rule of the longest prefix; a challenge where no rule is for it."""
        found = [rule for rule in self.rules if digits.startswith(rule.cards)]
        fallback = AuthenticationRule(cards="", result="challenge", code=CHALLENGE_CODE)
        return max(found, key=lambda rule: len(rule.cards)) if found else fallback
