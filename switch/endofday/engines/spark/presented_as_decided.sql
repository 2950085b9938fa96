-- Rendered by python -m tests.engines.render. Change the statement it is made of instead: engines/statements.py
SELECT
  b.request_id,
  b.rrn
FROM presentment AS b
LEFT JOIN journal_decided AS d
  ON d.request_id = b.request_id
WHERE
  b.business_date = :business_date
  AND (
    (
      d.business_date IS DISTINCT FROM b.business_date
      AND NOT EXISTS(
        SELECT
          1
        FROM exception_end AS e
        WHERE
          e.request_id = b.request_id AND e.business_date = :business_date
      )
    )
    OR d.merchant_id IS DISTINCT FROM b.merchant_id
    OR d.terminal_id IS DISTINCT FROM b.terminal_id
    OR d.issuer IS DISTINCT FROM b.issuer
    OR COALESCE(d.scheme, '') <> b.scheme
    OR COALESCE(d.product, '') <> b.product
    OR d.origin IS DISTINCT FROM b.origin
    OR d.channel IS DISTINCT FROM b.channel
    OR d.transaction_type IS DISTINCT FROM b.transaction_type
    OR d.currency IS DISTINCT FROM b.currency
    OR d.rrn IS DISTINCT FROM b.rrn
    OR COALESCE(d.approval_code, '') <> b.approval_code
    OR d.pan_masked IS DISTINCT FROM b.pan_masked
    OR d.local_at IS DISTINCT FROM b.local_at
    OR d.decided_at_ms IS DISTINCT FROM b.decided_at_ms
  )
LIMIT :faults_shown_max
