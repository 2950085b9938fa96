-- By exchange: what is booked, and what moved on the ledger; reversals that came before their cleared day may lie between.
WITH moved AS (
  SELECT acquirer_id, terminal_id, stan, transmitted_at,
    SUM(CASE WHEN kind IN ('posted', 'taken_back') THEN amount_minor ELSE -amount_minor END) AS moved_minor,
    SUM(CASE WHEN kind IN ('returned', 'credit') AND business_date = '' THEN amount_minor ELSE 0 END) AS given_minor,
    SUM(CASE WHEN kind = 'taken_back' AND business_date = '' THEN amount_minor ELSE 0 END) AS taken_minor,
    MAX(business_date) AS business_date
  FROM book.entry WHERE kind IN ('posted', 'returned', 'credit', 'taken_back')
  GROUP BY stan, transmitted_at, acquirer_id, terminal_id
), booked AS (
  SELECT acquirer_id, terminal_id, stan, transmitted_at, SUM(billed_minor) AS booked_minor, MIN(request_id) AS request_id
  FROM book.booked_item GROUP BY stan, transmitted_at, acquirer_id, terminal_id
)
SELECT request_id, booked_minor, COALESCE(moved_minor, 0)
FROM booked LEFT JOIN moved USING (stan, transmitted_at, acquirer_id, terminal_id)
WHERE COALESCE(moved_minor, 0) NOT BETWEEN booked_minor - COALESCE(given_minor, 0) AND booked_minor + COALESCE(taken_minor, 0)
UNION ALL
SELECT 0, 0, moved_minor
FROM moved LEFT JOIN booked USING (stan, transmitted_at, acquirer_id, terminal_id)
WHERE moved.business_date <> '' AND booked_minor IS NULL
LIMIT :faults_shown_max
