"""The SQL of what reversals take back of presentments of earlier dates, and of what both are charged.

The rules of ``clearing.presentments`` hold for these statements: a reversal of a later date is an adjustment in that date.
"""

from __future__ import annotations

from switch.clearing.remises import ADJUSTED, LOWERED

#: Interchange, discount and VAT of the rows of ``priced``, part of PRESENTMENTS and ADJUSTMENTS. A discount is the rate and the
#: fixed part, not less than the minimum and not more than the maximum, which is not below it. On nothing, nothing is charged.
#: ``half`` is 5000 with the sign of the amount: it makes the truncating division round half away from zero. SQLite computes
#: what is named again wherever its name stands, so few names stand twice.
CHARGES = """
proportional AS (
  SELECT
    priced.*,
    (amount_minor * interchange_rate_basis_points + half) / 10000 AS interchange_minor,
    MAX(discount_minimum_minor, MIN(
      discount_fixed_minor + (ABS(amount_minor) * discount_rate_basis_points + 5000) / 10000,
      COALESCE(discount_maximum_minor, 900000000000000))) AS taken_minor
  FROM priced
), charged AS (
  SELECT
    proportional.*,
    CASE WHEN amount_minor = 0 THEN 0 WHEN half < 0 THEN -taken_minor ELSE taken_minor END AS discount_minor
  FROM proportional
), taxed AS (
  SELECT
    charged.*,
    (discount_minor * vat_rate_basis_points + half) / 10000 AS vat_minor
  FROM charged
)
"""

#: What was presented before and is reversed on the date: its charges at what remains, by the rates it was presented at, less
#: what stands in the books of it. So the books end where they would be, had no more than the rest ever been presented.
ADJUSTMENTS = f"""
INSERT INTO adjustment (
  request_id, business_date, adjusts, reversal_id, merchant_id, issuer, origin, amount_minor, currency, interchange_minor,
  discount_minor, vat_minor, net_minor, terminal_id, remise_number)
WITH {ADJUSTED.strip()}, priced AS (
  SELECT
    p.request_id, p.business_date AS adjusts, v.reversal_id, p.merchant_id, p.terminal_id, p.issuer, p.origin, p.currency,
    CASE WHEN p.amount_minor < 0 THEN -v.replacement_minor ELSE v.replacement_minor END AS amount_minor,
    CASE WHEN p.amount_minor < 0 THEN -5000 ELSE 5000 END AS half, p.interchange_rate_basis_points,
    p.discount_rate_basis_points, p.discount_minimum_minor, p.discount_fixed_minor, p.discount_maximum_minor,
    d.vat_rate_basis_points,
    p.amount_minor + COALESCE(a.amount_minor, 0) AS standing_minor,
    p.interchange_minor + COALESCE(a.interchange_minor, 0) AS standing_interchange_minor,
    p.discount_minor + COALESCE(a.discount_minor, 0) AS standing_discount_minor,
    p.vat_minor + COALESCE(a.vat_minor, 0) AS standing_vat_minor
  {LOWERED.strip()}
), {CHARGES}, difference AS (
  SELECT
    taxed.*,
    amount_minor - standing_minor AS gross_difference, interchange_minor - standing_interchange_minor AS interchange_difference,
    discount_minor - standing_discount_minor AS discount_difference, vat_minor - standing_vat_minor AS vat_difference
  FROM taxed
)
SELECT
  request_id, :business_date, adjusts, reversal_id, merchant_id, issuer, origin, gross_difference, currency,
  interchange_difference, discount_difference, vat_difference, gross_difference - discount_difference - vat_difference,
  terminal_id, (
    SELECT n.number FROM numbered_remise AS n
    WHERE n.merchant_id = difference.merchant_id AND n.terminal_id = difference.terminal_id ORDER BY n.batch LIMIT 1)
FROM difference
"""
