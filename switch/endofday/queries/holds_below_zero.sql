-- Accounts of which more holds ended than began.
SELECT account, SUM(CASE WHEN kind = 'hold' THEN amount_minor ELSE -amount_minor END) AS held_minor
FROM book.entry WHERE kind IN ('hold', 'release', 'expired', 'settled')
GROUP BY account, stan, transmitted_at, acquirer_id, terminal_id HAVING held_minor < 0
LIMIT :faults_shown_max
