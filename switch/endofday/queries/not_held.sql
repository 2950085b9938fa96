-- Approvals of an issuer that were presented, and of which its book has no entry.
SELECT p.request_id, p.rrn
FROM presentment AS p
CROSS JOIN journal.decision AS d
CROSS JOIN journal.request AS r
WHERE p.business_date = :business_date AND p.issuer = :issuer AND d.request_id = p.request_id AND d.decided_by = :issuer
  AND r.id = p.request_id AND NOT EXISTS (
    SELECT 1 FROM book.entry AS e
    WHERE e.stan = r.stan AND e.transmitted_at IN (r.transmitted_at, r.local_at) AND e.acquirer_id = r.acquirer_id
      AND e.terminal_id = r.terminal_id AND e.kind IN ('hold', 'credit') AND e.business_date = '')
LIMIT :faults_shown_max
