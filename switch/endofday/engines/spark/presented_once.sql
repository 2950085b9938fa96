-- Rendered by python -m tests.engines.render. Change the statement it is made of instead: engines/statements.py
/* Approvals of the date that are none of the five, or more than one (clearing.checks). */
WITH lowered AS (
  SELECT
    v.original_id,
    MIN(v.replacement_minor) AS replacement_minor
  FROM journal_reversal AS v
  JOIN journal_decided AS d
    ON d.request_id = v.original_id
  WHERE
    v.effective = 1
    AND v.business_date <= :business_date
    AND d.business_date = :business_date
  GROUP BY
    v.original_id
), approved AS (
  SELECT
    d.request_id AS id,
    d.rrn,
    d.currency,
    d.merchant_id,
    d.issuer,
    d.business_date,
    v.replacement_minor,
    d.captured_minor IS NULL AS waits,
    CASE
      WHEN v.replacement_minor IS NULL
      OR v.replacement_minor >= ABS(COALESCE(d.captured_minor, d.approved_minor))
      THEN COALESCE(d.captured_minor, d.approved_minor)
      WHEN d.captured_minor < 0
      THEN -v.replacement_minor
      ELSE v.replacement_minor
    END AS remaining_minor
  FROM journal_decided AS d
  LEFT JOIN lowered AS v
    ON v.original_id = d.request_id
  WHERE
    d.business_date = :business_date
    AND NOT d.approved_minor IS NULL
    AND (
      d.captured_minor <> 0 OR (
        d.captured_minor IS NULL AND d.capture <> 'never'
      )
    )
)
SELECT
  a.id,
  a.rrn
FROM approved AS a
LEFT JOIN presented_by_request AS p
  ON p.request_id = a.id
  AND p.amount_minor = a.remaining_minor
  AND p.currency = a.currency
  AND p.merchant_id = a.merchant_id
  AND p.issuer = a.issuer
  AND NOT a.waits
LEFT JOIN exception_item AS x
  ON x.request_id = a.id
  AND x.business_date = a.business_date
  AND x.amount_minor = a.remaining_minor
  AND NOT a.waits
LEFT JOIN reversed_item AS u
  ON u.request_id = a.id
  AND u.business_date = a.business_date
  AND a.replacement_minor = 0
LEFT JOIN held_item AS h
  ON h.request_id = a.id
  AND h.business_date = a.business_date
  AND h.amount_minor = a.remaining_minor
  AND a.waits
LEFT JOIN released_item AS e
  ON e.request_id = a.id
  AND e.business_date = a.business_date
  AND e.held_since = a.business_date
  AND a.waits
/* Nearly every approval is presented and nothing else: that is told before the others are looked for. */
WHERE
  (
    p.request_id IS NULL
    OR a.replacement_minor = 0
    OR a.id IN (
      SELECT
        request_id
      FROM exception_item
      WHERE
        business_date = :business_date
      UNION ALL
      SELECT
        request_id
      FROM reversed_item
      WHERE
        business_date = :business_date
      UNION ALL
      SELECT
        request_id
      FROM held_item
      WHERE
        business_date = :business_date
      UNION ALL
      SELECT
        request_id
      FROM released_item
      WHERE
        business_date = :business_date
    )
  )
  AND (
    CASE WHEN p.request_id IS NULL THEN 0 ELSE 1 END + CASE WHEN x.request_id IS NULL THEN 0 ELSE 1 END + CASE WHEN u.request_id IS NULL THEN 0 ELSE 1 END + CASE WHEN h.request_id IS NULL THEN 0 ELSE 1 END + CASE WHEN e.request_id IS NULL THEN 0 ELSE 1 END <> 1
    OR (
      a.replacement_minor = 0 AND u.request_id IS NULL
    )
  )
LIMIT :faults_shown_max
