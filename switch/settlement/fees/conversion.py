"""Payouts in another currency than that of the sales: at the rate of the date, less the margin of the contract.

The conversion is of the payout, not of the sales: a remise is summed in its own currency, and converted once. Amounts are
exact: the rate is a ratio, the converted amount is rounded half away from zero to the minor unit of what is paid, and so is the
margin.
"""

from __future__ import annotations

from typing import Final

from switch.clearing.checks import Ask, Fault, faults
from switch.clearing.ledger import POST, POSTED
from switch.money import BASIS_POINTS, minor_digits
from switch.rates import Rate

CONVERSION_TABLES: Final = (
    """
    CREATE TEMP TABLE conversion_term (
      merchant_id TEXT PRIMARY KEY, sold_currency TEXT, paid_currency TEXT, rate TEXT, rate_date TEXT, numerator INTEGER,
      denominator INTEGER, margin_basis_points INTEGER)
    """,
)
ADD_CONVERSION_TERM: Final = "INSERT INTO conversion_term VALUES (?, ?, ?, ?, ?, ?, ?, ?)"

#: What each payout that is paid comes to. Amounts are above zero, so that half a unit added rounds half away from zero; whole
#: multiples of the denominator are converted apart, so that no product comes near 2 ** 63.
CONVERSIONS: Final = f"""
INSERT INTO payout_conversion (
  reference, business_date, merchant_id, sold_minor, sold_currency, rate, rate_date, converted_minor, margin_basis_points,
  margin_minor, paid_minor, paid_currency)
WITH converted AS (
  SELECT
    p.reference, p.merchant_id, p.net_minor AS sold_minor, t.sold_currency, t.rate, t.rate_date,
    (p.net_minor / t.denominator) * t.numerator
      + (2 * (p.net_minor % t.denominator) * t.numerator + t.denominator) / (2 * t.denominator) AS converted_minor,
    t.margin_basis_points, t.paid_currency
  FROM payout AS p
  JOIN conversion_term AS t ON t.merchant_id = p.merchant_id AND t.sold_currency = p.currency
  WHERE p.business_date = :business_date AND p.outcome = 'paid'
), margined AS (
  SELECT c.*, (2 * c.converted_minor * c.margin_basis_points + {BASIS_POINTS}) / (2 * {BASIS_POINTS}) AS margin_minor
  FROM converted AS c
)
SELECT
  reference, :business_date, merchant_id, sold_minor, sold_currency, rate, rate_date, converted_minor, margin_basis_points,
  margin_minor, converted_minor - margin_minor, paid_currency
FROM margined
ORDER BY reference
"""

#: The settlement account pays the other currency instead; what was sold and what it was worth meet in the position of each
#: currency, and the margin is income. Each entry is of one currency, and balances.
CONVERSION_POSTINGS: Final = f"""
{POST}
WITH movement AS (
  SELECT c.business_date || '/conversion/' || c.reference || '/sold' AS entry_id, 1 AS line, 'payout' AS kind,
    'settlement-account' AS account, c.sold_minor AS amount_minor, c.sold_currency AS currency, p.value_date,
    'conversion of payout ' || c.reference AS narrative
  FROM payout_conversion AS c JOIN payout AS p ON p.reference = c.reference WHERE c.business_date = :business_date
  UNION ALL
  SELECT c.business_date || '/conversion/' || c.reference || '/sold', 2, 'payout', 'currency-position', -c.sold_minor,
    c.sold_currency, p.value_date, 'conversion of payout ' || c.reference
  FROM payout_conversion AS c JOIN payout AS p ON p.reference = c.reference WHERE c.business_date = :business_date
  UNION ALL
  SELECT c.business_date || '/conversion/' || c.reference || '/paid', 1, 'payout', 'currency-position', c.converted_minor,
    c.paid_currency, p.value_date, 'conversion of payout ' || c.reference
  FROM payout_conversion AS c JOIN payout AS p ON p.reference = c.reference WHERE c.business_date = :business_date
  UNION ALL
  SELECT c.business_date || '/conversion/' || c.reference || '/paid', 2, 'payout', 'settlement-account', -c.paid_minor,
    c.paid_currency, p.value_date, 'conversion of payout ' || c.reference
  FROM payout_conversion AS c JOIN payout AS p ON p.reference = c.reference WHERE c.business_date = :business_date
  UNION ALL
  SELECT c.business_date || '/conversion/' || c.reference || '/paid', 3, 'payout', 'conversion-income', -c.margin_minor,
    c.paid_currency, p.value_date, 'margin on the conversion of payout ' || c.reference
  FROM payout_conversion AS c JOIN payout AS p ON p.reference = c.reference WHERE c.business_date = :business_date
)
{POSTED}
"""

#: The conversions of a statement, in the order of the fields of ``fees.stated.StatementConversion``.
STATEMENT_CONVERSIONS: Final = """
SELECT
  merchant_id, reference, sold_minor, sold_currency, rate, rate_date, converted_minor, margin_minor, paid_minor, paid_currency
FROM payout_conversion
WHERE business_date = :business_date AND merchant_id BETWEEN :merchant_id AND :last_merchant_id
ORDER BY merchant_id, reference
"""


def conversion_term(
    merchant_id: str, sold: str, paid: str, rate: Rate, rate_date: str, margin_basis_points: int
) -> tuple[object, ...]:
    """A row of ``conversion_term``: the rate as the ratio of minor units of the one currency to those of the other.

    >>> conversion_term("M", "392", "504", Rate(70, 3), "2026-01-01", 50)[4:]
    ('2026-01-01', 7, 1, 50)
    """
    numerator = rate.digits * 10 ** minor_digits(paid)
    denominator = 10 ** (rate.decimals + minor_digits(sold))
    numerator, denominator = _reduced(numerator, denominator)
    return merchant_id, sold, paid, rate.text, rate_date, numerator, denominator, margin_basis_points


def _reduced(numerator: int, denominator: int) -> tuple[int, int]:
    for factor in (10, 5, 2):
        while numerator % factor == 0 and denominator % factor == 0:
            numerator, denominator = numerator // factor, denominator // factor
    return numerator, denominator


def conversions_add_up(ask: Ask, business_date: str) -> list[Fault]:
    """A conversion is of a payout that is paid, for all of it; what is paid and the margin are what it was worth."""
    sql = """
    SELECT c.reference, c.sold_minor
    FROM payout_conversion AS c
    LEFT JOIN payout AS p ON p.reference = c.reference
    WHERE c.business_date = :business_date AND (p.reference IS NULL OR p.outcome <> 'paid' OR p.net_minor <> c.sold_minor
      OR p.currency <> c.sold_currency OR c.paid_minor + c.margin_minor <> c.converted_minor OR c.paid_minor < 0)
    ORDER BY c.reference
    LIMIT :faults_shown_max
    """
    sentence = "conversion of payout {}: {} minor units are not what the payout is, or not what is paid with the margin"
    return faults(ask, business_date, "conversions_add_up", sentence, sql)


def payouts_in_account_currency(ask: Ask, business_date: str) -> list[Fault]:
    """A payout to an account of another currency than its sales has a conversion into that one; no other payout has one."""
    sql = """
    SELECT p.reference, p.net_minor
    FROM payout AS p
    LEFT JOIN payout_conversion AS c ON c.reference = p.reference
    WHERE p.business_date = :business_date AND p.outcome = 'paid' AND p.account_currency <> ''
      AND COALESCE(c.paid_currency, p.currency) <> p.account_currency
    ORDER BY p.reference
    LIMIT :faults_shown_max
    """
    sentence = "payout {}: {} minor units are not paid in the currency of the account"
    return faults(ask, business_date, "payouts_in_account_currency", sentence, sql)


def conversions_follow_rates(ask: Ask, business_date: str) -> list[Fault]:
    """What was sold is worth what the rate says, and the margin is its share, each rounded once."""
    query = """
    SELECT reference, sold_minor, sold_currency, rate, converted_minor, margin_basis_points, margin_minor, paid_currency
    FROM payout_conversion WHERE business_date = :business_date ORDER BY reference
    """
    return [
        Fault(
            business_date=business_date,
            check="conversions_follow_rates",
            sentence=f"conversion of payout {row[0]}: {row[4]} minor units do not follow the rate {row[3]}",
        )
        for row in ask(query, {"business_date": business_date})
        if not _follows(*row[1:])
    ]


def _follows(sold: int, sold_currency: str, rate: str, converted: int, basis_points: int, margin: int, paid: str) -> bool:
    whole, _, fraction = rate.partition(".")
    applied = Rate(int(whole + fraction), len(fraction)).applied(sold, sold_currency, paid)
    return applied == converted and (2 * converted * basis_points + BASIS_POINTS) // (2 * BASIS_POINTS) == margin


CONVERSION_CHECKS: Final = (conversions_add_up, payouts_in_account_currency, conversions_follow_rates)
