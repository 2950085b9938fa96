-- Files for the bank whose transfers in the books are fewer or more than they say.
SELECT f.message_id, f.transfer_count, COUNT(t.end_to_end_id)
FROM payment_file AS f
LEFT JOIN transfer AS t ON t.message_id = f.message_id
GROUP BY f.message_id, f.transfer_count
HAVING COUNT(t.end_to_end_id) <> f.transfer_count
ORDER BY f.message_id
LIMIT :faults_shown_max
