-- Rendered by python -m tests.engines.render. Change the statement it is made of instead: engines/statements.py
SELECT
  'presentment',
  request_id
FROM presentment
WHERE
  business_date = :business_date
  AND amount_minor <> discount_minor + vat_minor + net_minor
LIMIT :faults_shown_max
