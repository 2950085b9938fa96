-- Rendered by python -m tests.engines.render. Change the statement it is made of instead: engines/statements.py
WITH charged AS (
  SELECT
    p.*,
    d.vat_rate_basis_points,
    CASE WHEN p.amount_minor < 0 THEN -1 ELSE 1 END AS direction
  FROM presentment AS p
  JOIN closed_day AS d
    ON d.business_date = p.business_date
  WHERE
    p.business_date = :business_date
)
SELECT
  request_id,
  rrn
FROM charged
WHERE
  CASE direction
    WHEN 1
    THEN interchange_minor < 0 OR discount_minor < 0 OR vat_minor < 0
    ELSE interchange_minor > 0 OR discount_minor > 0 OR vat_minor > 0
  END
  OR NOT ABS(amount_minor) * interchange_rate_basis_points - 10000 * ABS(interchange_minor) BETWEEN -5000 AND 4999
  OR NOT ABS(discount_minor) * vat_rate_basis_points - 10000 * ABS(vat_minor) BETWEEN -5000 AND 4999
  OR CASE
    WHEN amount_minor = 0
    THEN discount_minor <> 0
    WHEN ABS(discount_minor) < discount_minimum_minor
    OR ABS(discount_minor) > discount_maximum_minor
    THEN 1 = 1
    WHEN ABS(amount_minor) * discount_rate_basis_points - 10000 * (
      ABS(discount_minor) - discount_fixed_minor
    ) BETWEEN -5000 AND 4999
    THEN 1 = 0
    WHEN ABS(amount_minor) * discount_rate_basis_points - 10000 * (
      ABS(discount_minor) - discount_fixed_minor
    ) < 0
    THEN ABS(discount_minor) <> discount_minimum_minor
    ELSE ABS(discount_minor) <> COALESCE(discount_maximum_minor, -1)
  END
LIMIT :faults_shown_max
