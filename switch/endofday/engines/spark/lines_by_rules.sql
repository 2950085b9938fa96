-- Rendered by python -m tests.engines.render. Change the statement it is made of instead: engines/statements.py
WITH asked AS (
  SELECT
    f.request_id,
    f.kind,
    p.rrn,
    f.vat_rate_basis_points,
    ABS(p.amount_minor) AS amount_minor,
    CASE
      WHEN NOT p.transaction_type IN ('refund') OR u.refunds_give_back = 1
      THEN u.rate_basis_points
      ELSE 0
    END AS rate_basis_points,
    CASE WHEN p.transaction_type IN ('refund') THEN 0 ELSE u.minimum_minor END AS minimum_minor,
    CASE WHEN p.transaction_type IN ('refund') THEN 0 ELSE u.fixed_minor END AS fixed_minor,
    u.maximum_minor,
    CASE
      WHEN (
        f.kind = 'cash_machine'
      ) = (
        p.amount_minor > 0
      )
      THEN 1
      ELSE -1
    END AS sign,
    f.amount_minor AS standing_minor,
    f.vat_minor AS standing_vat_minor,
    p.request_id IS NULL OR u.rule IS NULL OR p.terminal_id <> f.terminal_id AS is_unfounded
  FROM fee_line AS f
  LEFT JOIN presentment AS p
    ON p.business_date = f.business_date
    AND p.merchant_id = f.merchant_id
    AND p.request_id = f.request_id
  LEFT JOIN fee_rule AS u
    ON u.rule = f.rule AND u.kind = f.kind
  WHERE
    f.business_date = :business_date AND f.adjusts = ''
)
SELECT
  request_id,
  kind,
  rrn
FROM asked
WHERE
  is_unfounded
  OR CASE sign
    WHEN 1
    THEN standing_minor < 0 OR standing_vat_minor < 0
    ELSE standing_minor > 0 OR standing_vat_minor > 0
  END
  OR NOT ABS(standing_minor) * vat_rate_basis_points - 10000 * ABS(standing_vat_minor) BETWEEN -5000 AND 4999
  OR CASE
    WHEN amount_minor = 0
    THEN standing_minor <> 0
    WHEN ABS(standing_minor) < minimum_minor OR ABS(standing_minor) > maximum_minor
    THEN 1 = 1
    WHEN amount_minor * rate_basis_points - 10000 * (
      ABS(standing_minor) - fixed_minor
    ) BETWEEN -5000 AND 4999
    THEN 1 = 0
    WHEN amount_minor * rate_basis_points - 10000 * (
      ABS(standing_minor) - fixed_minor
    ) < 0
    THEN ABS(standing_minor) <> minimum_minor
    ELSE ABS(standing_minor) <> COALESCE(maximum_minor, -1)
  END
LIMIT :faults_shown_max
