-- Rendered by python -m tests.engines.render. Change the statement it is made of instead: engines/statements.py
WITH priced AS (
  SELECT
    n.number AS remise_number,
    a.request_id,
    a.merchant_id,
    a.terminal_id,
    a.issuer,
    a.scheme,
    a.product,
    a.origin,
    a.channel,
    a.transaction_type,
    a.amount_minor,
    a.currency,
    a.rrn,
    a.approval_code,
    a.pan_masked,
    a.local_at,
    a.decided_at_ms,
    t.interchange_rate_basis_points,
    t.discount_rate_basis_points,
    t.discount_minimum_minor,
    t.discount_fixed_minor,
    t.discount_maximum_minor,
    t.discount_rule,
    :vat_rate_basis_points AS vat_rate_basis_points,
    CASE WHEN a.amount_minor < 0 THEN -5000 ELSE 5000 END AS half
  FROM captured AS a
  CROSS JOIN tariff AS t
  CROSS JOIN numbered_remise AS n
  WHERE
    a.exception_reason IS NULL
    AND t.tariff_group = a.tariff_group
    AND t.origin = a.origin
    AND t.scheme = a.scheme
    AND t.channel = a.channel
    AND t.transaction_type = a.transaction_type
    AND t.product = a.tariff_product
    AND t.amount_band = a.amount_band
    AND n.merchant_id = a.merchant_id
    AND n.terminal_id = a.terminal_id
    AND n.batch = a.batch
), proportional AS (
  SELECT
    priced.*,
    (
      (
        (
          amount_minor * interchange_rate_basis_points + half
        )
      ) DIV (
        10000
      )
    ) AS interchange_minor,
    CASE
      WHEN (
        discount_minimum_minor
      ) IS NULL
      OR (
        CASE
          WHEN (
            discount_fixed_minor + (
              (
                (
                  ABS(amount_minor) * discount_rate_basis_points + 5000
                )
              ) DIV (
                10000
              )
            )
          ) IS NULL
          OR (
            COALESCE(discount_maximum_minor, 900000000000000)
          ) IS NULL
          THEN NULL
          ELSE LEAST(
            discount_fixed_minor + (
              (
                (
                  ABS(amount_minor) * discount_rate_basis_points + 5000
                )
              ) DIV (
                10000
              )
            ),
            COALESCE(discount_maximum_minor, 900000000000000)
          )
        END
      ) IS NULL
      THEN NULL
      ELSE GREATEST(
        discount_minimum_minor,
        CASE
          WHEN (
            discount_fixed_minor + (
              (
                (
                  ABS(amount_minor) * discount_rate_basis_points + 5000
                )
              ) DIV (
                10000
              )
            )
          ) IS NULL
          OR (
            COALESCE(discount_maximum_minor, 900000000000000)
          ) IS NULL
          THEN NULL
          ELSE LEAST(
            discount_fixed_minor + (
              (
                (
                  ABS(amount_minor) * discount_rate_basis_points + 5000
                )
              ) DIV (
                10000
              )
            ),
            COALESCE(discount_maximum_minor, 900000000000000)
          )
        END
      )
    END AS taken_minor
  FROM priced
), charged AS (
  SELECT
    proportional.*,
    CASE WHEN amount_minor = 0 THEN 0 WHEN half < 0 THEN -taken_minor ELSE taken_minor END AS discount_minor
  FROM proportional
), taxed AS (
  SELECT
    charged.*,
    (
      (
        (
          discount_minor * vat_rate_basis_points + half
        )
      ) DIV (
        10000
      )
    ) AS vat_minor
  FROM charged
)
SELECT
  request_id AS request_id,
  :business_date AS business_date,
  merchant_id AS merchant_id,
  terminal_id AS terminal_id,
  issuer AS issuer,
  scheme AS scheme,
  product AS product,
  origin AS origin,
  channel AS channel,
  transaction_type AS transaction_type,
  amount_minor AS amount_minor,
  currency AS currency,
  interchange_rate_basis_points AS interchange_rate_basis_points,
  interchange_minor AS interchange_minor,
  discount_rate_basis_points AS discount_rate_basis_points,
  discount_minor AS discount_minor,
  vat_minor AS vat_minor,
  amount_minor - discount_minor - vat_minor AS net_minor,
  rrn AS rrn,
  approval_code AS approval_code,
  pan_masked AS pan_masked,
  local_at AS local_at,
  decided_at_ms AS decided_at_ms,
  discount_minimum_minor AS discount_minimum_minor,
  remise_number AS remise_number,
  discount_fixed_minor AS discount_fixed_minor,
  discount_maximum_minor AS discount_maximum_minor,
  discount_rule AS discount_rule
FROM taxed
