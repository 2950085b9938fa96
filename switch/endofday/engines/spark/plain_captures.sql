-- Rendered by python -m tests.engines.render. Change the statement it is made of instead: engines/statements.py
WITH due AS (
  SELECT
    request_id,
    business_date,
    captured_minor,
    approval_code,
    decided_at_ms,
    '' AS decided,
    channel,
    currency,
    function,
    issuer,
    local_at,
    merchant_id,
    origin,
    original_id,
    pan_masked,
    product,
    rrn,
    scheme,
    terminal_id,
    transaction_type
  FROM journal_decided
  WHERE
    business_date = :business_date AND captured_minor <> 0
)
SELECT
  c.request_id,
  c.decided_on,
  c.merchant_id,
  c.terminal_id,
  c.issuer,
  c.scheme,
  c.product,
  c.origin,
  c.channel,
  c.transaction_type,
  c.amount_minor,
  c.currency,
  c.rrn,
  c.approval_code,
  c.pan_masked,
  c.local_at,
  c.decided_at_ms,
  c.tariff_group,
  c.tariff_product,
  CASE
    WHEN (
      c.batch
    ) IS NULL OR (
      0
    ) IS NULL
    THEN NULL
    ELSE GREATEST(c.batch, 0)
  END AS batch,
  c.exception_reason,
  0 AS amount_band
FROM (
  SELECT
    d.request_id AS request_id,
    d.business_date AS decided_on,
    d.merchant_id,
    d.terminal_id,
    d.issuer,
    COALESCE(d.scheme, '') AS scheme,
    COALESCE(d.product, '') AS product,
    d.origin,
    d.channel,
    d.transaction_type,
    CASE
      WHEN v.replacement_minor IS NULL OR v.replacement_minor >= ABS(d.captured_minor)
      THEN d.captured_minor
      WHEN d.captured_minor < 0
      THEN -v.replacement_minor
      ELSE v.replacement_minor
    END AS amount_minor,
    d.currency,
    d.rrn,
    COALESCE(d.approval_code, '') AS approval_code,
    d.pan_masked,
    d.local_at,
    d.decided_at_ms,
    m.place,
    m.tariff_group,
    m.by_amount,
    CASE m.by_product WHEN 1 THEN COALESCE(d.product, '') ELSE '' END AS tariff_product,
    0 AS batch,
    CASE
      WHEN m.merchant_id IS NULL
      THEN 'unknown merchant'
      WHEN d.currency <> m.currency
      THEN 'other currency than the merchant\'s'
      WHEN d.issuer IS NULL
      THEN 'no issuer'
      WHEN i.issuer IS NULL
      THEN 'unknown issuer'
      WHEN NOT COALESCE(d.origin, '') IN ('domestic', 'foreign')
      THEN 'neither domestic nor foreign'
      WHEN NOT d.transaction_type IN (
        'bill_payment',
        'cash_withdrawal',
        'purchase',
        'purchase_with_cash_back',
        'quasi_cash',
        'refund'
      )
      THEN 'unknown transaction type'
      WHEN d.decided = 'represent'
      THEN NULL
      WHEN ABS(d.captured_minor) > m.floor_limit_minor
      AND (
        (
          d.function = 'advice' AND d.original_id IS NULL
        )
        OR o.function = 'advice'
        OR EXISTS(
          SELECT
            1
          FROM journal_named AS added
          WHERE
            added.original_id = d.original_id
            AND added.function = 'advice'
            AND added.message_class = 'authorization'
        )
      )
      THEN 'made offline, above the floor limit of the contract'
      WHEN ABS(d.captured_minor) > m.floor_limit_minor
      AND EXISTS(
        SELECT
          1
        FROM released_item AS e
        WHERE
          e.request_id = d.original_id AND e.outcome = 'expired'
      )
      THEN 'completed after its hold had expired, above the floor limit of the contract'
    END AS exception_reason
  FROM due AS d
  LEFT JOIN journal_named AS o
    ON o.id = d.original_id
  LEFT JOIN remainder AS v
    ON v.request_id = d.request_id
  LEFT JOIN acceptor_term AS m
    ON m.merchant_id = d.merchant_id
  LEFT JOIN card_issuer AS i
    ON i.issuer = d.issuer
  WHERE
    v.replacement_minor IS NULL OR v.replacement_minor <> 0
) AS c
