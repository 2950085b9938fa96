-- Rendered by python -m tests.engines.render. Change the statement it is made of instead: engines/statements.py
SELECT
  request_id,
  rrn,
  transaction_type,
  amount_minor
FROM presentment
WHERE
  business_date = :business_date
  AND (
    amount_minor < 0
  ) <> (
    transaction_type IN ('refund')
  )
LIMIT :faults_shown_max
