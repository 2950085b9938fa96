-- Events of the date that move money and are not booked as they move it, and what is booked of no event.
WITH moved AS (
  SELECT v.dossier, v.number, v.fee_minor,
    COALESCE((SELECT e.outstanding_minor FROM dispute_event AS e WHERE e.dossier = v.dossier AND e.number = v.number - 1), 0)
      - v.outstanding_minor AS amount_minor
  FROM dispute_event AS v
  WHERE v.business_date = :business_date
)
SELECT m.dossier, m.number
FROM moved AS m
LEFT JOIN dispute_item AS i ON i.dossier = m.dossier AND i.number = m.number AND i.business_date = :business_date
WHERE m.amount_minor <> COALESCE(i.amount_minor, 0) OR (i.dossier IS NOT NULL AND i.fee_minor <> m.fee_minor)
UNION ALL
SELECT i.dossier, i.number
FROM dispute_item AS i
LEFT JOIN moved AS m ON m.dossier = i.dossier AND m.number = i.number
WHERE i.business_date = :business_date AND m.dossier IS NULL
ORDER BY 1, 2
LIMIT :faults_shown_max
