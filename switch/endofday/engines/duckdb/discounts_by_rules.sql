-- Rendered by python -m tests.engines.render. Change the statement it is made of instead: engines/statements.py
WITH asked AS (
  SELECT
    p.request_id,
    p.rrn,
    p.discount_rate_basis_points,
    p.discount_minimum_minor,
    p.discount_fixed_minor,
    COALESCE(p.discount_maximum_minor, -1) AS discount_maximum_minor,
    u.rule,
    CASE
      WHEN NOT p.transaction_type IN ('refund') OR u.refunds_give_back = 1
      THEN u.rate_basis_points
      ELSE 0
    END AS rate_basis_points,
    CASE WHEN p.transaction_type IN ('refund') THEN 0 ELSE u.minimum_minor END AS minimum_minor,
    CASE WHEN p.transaction_type IN ('refund') THEN 0 ELSE u.fixed_minor END AS fixed_minor,
    u.maximum_minor
  FROM presentment AS p
  LEFT JOIN fee_rule AS u
    ON u.rule = p.discount_rule AND u.kind = 'commission'
  WHERE
    p.business_date = $business_date AND p.discount_rule > 0
)
SELECT
  request_id,
  rrn
FROM asked
WHERE
  rule IS NULL
  OR discount_rate_basis_points <> rate_basis_points
  OR discount_minimum_minor <> minimum_minor
  OR discount_fixed_minor <> fixed_minor
  OR discount_maximum_minor <> COALESCE(maximum_minor, -1)
LIMIT $faults_shown_max
