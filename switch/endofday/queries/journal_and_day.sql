-- Of a date, every transaction that moves money by the journal, or by the books of the day: what each says it comes to.
-- By the journal: what reversals leave of what was captured on the date, and what reversals of the date took of earlier ones.
WITH remaining AS (
  SELECT d.request_id, d.business_date AS decided_on, d.captured_minor,
    (SELECT MIN(v.replacement_minor) FROM journal.reversal AS v
     WHERE v.original_id = d.request_id AND v.effective = 1 AND v.business_date <= :business_date) AS left_minor,
    (SELECT MIN(v.replacement_minor) FROM journal.reversal AS v
     WHERE v.original_id = d.request_id AND v.effective = 1 AND v.business_date < :business_date) AS before_minor
  FROM journal.decision AS d
  WHERE d.captured_minor <> 0 AND (
    d.business_date = :business_date
    OR (d.business_date < :business_date AND d.request_id IN (
      SELECT original_id FROM journal.reversal WHERE effective = 1 AND business_date = :business_date
      UNION ALL
      SELECT request_id FROM presentment WHERE business_date = :business_date)))
), worth AS (
  SELECT request_id, decided_on,
    CASE WHEN captured_minor < 0 THEN -1 ELSE 1 END * MIN(ABS(captured_minor), COALESCE(left_minor, ABS(captured_minor)))
      AS now_minor,
    CASE WHEN captured_minor < 0 THEN -1 ELSE 1 END * MIN(ABS(captured_minor), COALESCE(before_minor, ABS(captured_minor)))
      AS earlier_minor
  FROM remaining
), excepted AS (
  SELECT x.request_id FROM exception_item AS x WHERE x.business_date <= :business_date
), by_journal AS (
  SELECT w.request_id,
    CASE
      WHEN w.decided_on = :business_date THEN w.now_minor
      -- It waited, and is worth something from the date on which it is presented.
      WHEN w.request_id IN (SELECT request_id FROM excepted) AND NOT EXISTS (SELECT 1 FROM presentment AS q
        WHERE q.request_id = w.request_id AND q.business_date < :business_date)
      THEN CASE WHEN EXISTS (SELECT 1 FROM presentment AS p
        WHERE p.request_id = w.request_id AND p.business_date = :business_date) THEN w.now_minor ELSE 0 END
      ELSE w.now_minor - w.earlier_minor
    END AS journal_minor
  FROM worth AS w
), by_day AS (
  SELECT request_id, SUM(amount_minor) AS day_minor FROM (
    SELECT request_id, amount_minor FROM presentment WHERE business_date = :business_date
    UNION ALL
    SELECT request_id, amount_minor FROM adjustment WHERE business_date = :business_date
  ) AS moved GROUP BY request_id
), both AS (
  SELECT request_id FROM by_journal WHERE journal_minor <> 0
  UNION
  SELECT request_id FROM by_day
)
SELECT b.request_id, COALESCE(r.rrn, ''), COALESCE(p.issuer, r.issuer, ''), COALESCE(r.currency, p.currency, ''),
  COALESCE(j.journal_minor, 0), COALESCE(y.day_minor, 0),
  COALESCE((SELECT x.reason FROM exception_item AS x
    WHERE x.request_id = b.request_id AND x.business_date = :business_date), '')
FROM both AS b
LEFT JOIN by_journal AS j ON j.request_id = b.request_id
LEFT JOIN by_day AS y ON y.request_id = b.request_id
LEFT JOIN journal.request AS r ON r.id = b.request_id
LEFT JOIN presentment AS p ON p.request_id = b.request_id
ORDER BY 3, b.request_id
