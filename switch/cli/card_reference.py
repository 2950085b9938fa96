"""The page of the test cards, ``docs/reference/test-cards.md``, printed from the specification.

``python -m switch.cli.card_reference > docs/reference/test-cards.md`` writes it anew; a test holds the two together.
"""

from __future__ import annotations

from switch.cli.card_codes import codes_given, little_minor_of
from switch.issuers.cards.magic import MAGIC_KINDS
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

## Magic cards
Every bank has six cards that misbehave by themselves, so that you need no rule. Ordinary cards never react to amounts.
`switch cards --for WORD` lists the cards of a word, with a command for each.

| word | what the card does |
| --- | --- |
"""
_AMOUNTS = """
The card `amount` approves an amount that ends in 00, and half of an amount that ends in 10. It also approves an amount
that ends in another approving code (08, 11, 16) or in no code at all, such as 99. `switch explain` gives the reason.
The banks `rif` and `souss` use edition 1993 of the standard, which has fewer codes: they answer with the nearest.

Magic cards misbehave for requests only. Their banks accept advices and reversals as usual. The card `drop` ends the one
connection of its bank, so that all requests that wait for this bank get 91.
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
    page = _HEAD + "".join(f"| `{kind}` | {meaning} |\n" for kind, meaning in MAGIC_KINDS.items()) + _AMOUNTS
    for issuer in issuers:
        kept = f", accounts in {currency_name(issuer.billing_currency)}" if issuer.billing_currency is not None else ""
        page += f"\n## {issuer.name} (`{issuer.id}`, {issuer.origin}{kept})\n"
        page += "| number | expiry (YYMM) | CVV2 | balance | gives | purpose |\n| --- | --- | --- | --- | --- | --- |\n"
        for card in issuer.cards:
            gives = " or ".join(codes_given(card, little_minor_of(issuer, specs)))
            gives = ", ".join(part for part in (card.magic, gives) if part)
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
