-- Rendered by python -m tests.engines.render. Change the statement it is made of instead: engines/statements.py
WITH asked AS (
  SELECT
    a.merchant_id,
    a.request_id,
    t.kind,
    a.terminal_id,
    n.number AS remise_number,
    t.rule,
    ABS(a.amount_minor) AS amount_minor,
    t.rate_basis_points,
    t.minimum_minor,
    t.fixed_minor,
    t.maximum_minor,
    t.vat_rate_basis_points,
    a.currency,
    CASE WHEN a.amount_minor < 0 THEN -t.sign ELSE t.sign END AS sign
  FROM captured AS a
  CROSS JOIN numbered_remise AS n
  CROSS JOIN fee_tariff AS t
  WHERE
    EXISTS(
      SELECT
        1
      FROM fee_tariff
    )
    AND a.exception_reason IS NULL
    AND a.tariff_group IN (
      SELECT
        tariff_group
      FROM fee_tariff
    )
    AND n.merchant_id = a.merchant_id
    AND n.terminal_id = a.terminal_id
    AND n.batch = a.batch
    AND t.tariff_group = a.tariff_group
    AND t.origin = a.origin
    AND t.scheme = a.scheme
    AND t.channel = a.channel
    AND t.transaction_type = a.transaction_type
    AND t.product = a.tariff_product
    AND t.amount_band = a.amount_band
), taken AS (
  SELECT
    asked.*,
    CASE
      WHEN (
        minimum_minor
      ) IS NULL
      OR (
        CASE
          WHEN (
            fixed_minor + (
              (
                (
                  amount_minor * rate_basis_points + 5000
                )
              ) DIV (
                10000
              )
            )
          ) IS NULL
          OR (
            COALESCE(maximum_minor, 900000000000000)
          ) IS NULL
          THEN NULL
          ELSE LEAST(
            fixed_minor + (
              (
                (
                  amount_minor * rate_basis_points + 5000
                )
              ) DIV (
                10000
              )
            ),
            COALESCE(maximum_minor, 900000000000000)
          )
        END
      ) IS NULL
      THEN NULL
      ELSE GREATEST(
        minimum_minor,
        CASE
          WHEN (
            fixed_minor + (
              (
                (
                  amount_minor * rate_basis_points + 5000
                )
              ) DIV (
                10000
              )
            )
          ) IS NULL
          OR (
            COALESCE(maximum_minor, 900000000000000)
          ) IS NULL
          THEN NULL
          ELSE LEAST(
            fixed_minor + (
              (
                (
                  amount_minor * rate_basis_points + 5000
                )
              ) DIV (
                10000
              )
            ),
            COALESCE(maximum_minor, 900000000000000)
          )
        END
      )
    END AS taken_minor
  FROM asked
), charged AS (
  SELECT
    taken.*,
    CASE amount_minor WHEN 0 THEN 0 ELSE taken_minor END AS fee_minor
  FROM taken
), taxed AS (
  SELECT
    charged.*,
    (
      (
        (
          fee_minor * vat_rate_basis_points + 5000
        )
      ) DIV (
        10000
      )
    ) AS fee_vat_minor
  FROM charged
)
SELECT
  :business_date AS business_date,
  merchant_id AS merchant_id,
  request_id AS request_id,
  kind AS kind,
  terminal_id AS terminal_id,
  remise_number AS remise_number,
  rule AS rule,
  sign * fee_minor AS amount_minor,
  sign * fee_vat_minor AS vat_minor,
  vat_rate_basis_points AS vat_rate_basis_points,
  currency AS currency,
  '' AS adjusts
FROM taxed
