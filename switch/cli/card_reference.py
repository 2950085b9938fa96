"""The page of the test cards, ``docs/reference/test-cards.md``, printed from the specification.

``python -m switch.cli.card_reference > docs/reference/test-cards.md`` writes it anew; a test holds the two together.
"""

from __future__ import annotations

from switch.cli.card_codes import codes_given, little_minor_of
from switch.money import currency_name, format_minor
from switch.specs.load import load_specs

_HEAD = """# Test cards

You need a card that is approved, declined or expired; this page lists the cards of the embedded specification.
`make docs` makes it from [specs/issuers](../../specs/issuers), and `switch cards` prints the same. The numbers are
invented, or published test numbers. Balances are in MAD, or in the currency that a heading names
([foreign cards](../how-to/foreign-cards.md)).

The column *gives* lists the response codes ([DE 39](glossary.md#response-code)) that the card leads to: 51 above its
balance, 61 above its limit in cash, others by the rules of its [product](../../specs/README.md#issuersidtoml).
[Response codes](response-codes.md) has a command for each code, and `switch cards --for CODE` one for each card that
gives it. `switch cards generate` makes further cards, by the thousand.
"""
_SERIES = """
## Series
A series is a row of like cards. `switch cards --series` lists each card.

| issuer | first number | cards | expiry | balance of each |
| --- | --- | --- | --- | --- |
"""
_NEXT = """
## Next
[Response codes](response-codes.md) · [The issuers' books](issuer-books.md) · [Add a card](../../specs/README.md#issuersidtoml)
"""


def card_reference() -> str:
    """The page of the test cards."""
    specs = load_specs()
    issuers = specs.issuers.values()
    page = _HEAD
    for issuer in issuers:
        kept = f", accounts in {currency_name(issuer.billing_currency)}" if issuer.billing_currency is not None else ""
        page += f"\n## {issuer.name} (`{issuer.id}`, {issuer.origin}{kept})\n"
        page += "| number | expiry (YYMM) | CVV2 | balance | gives | purpose |\n| --- | --- | --- | --- | --- | --- |\n"
        for card in issuer.cards:
            gives = " or ".join(codes_given(card, little_minor_of(issuer, specs)))
            balance = format_minor(card.balance_minor, issuer.billing_currency or "504")
            page += f"| {card.pan.digits} | {card.expiry} | {card.cvv2} | {balance} | {gives} | {card.purpose} |\n"
    page += _SERIES
    for issuer in issuers:
        for series in issuer.card_series:
            card = series.card(1)
            balance = format_minor(card.balance_minor)
            page += f"| `{issuer.id}` | {card.pan.digits} | {series.count:,} | {card.expiry} | {balance} |\n"
    return page + _NEXT


if __name__ == "__main__":
    print(card_reference(), end="")
