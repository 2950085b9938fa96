-- Some of all that the issuers are told of a date, in the order of the journal, where some of it is beside the presentments. SQLite
-- reads both in one pass, which costs a third more than to read presentments alone.
(
  SELECT issuer, request_id, amount_minor, approval_code FROM temp.presented_by_request
  WHERE request_id > :after AND request_id <= :up_to
  UNION ALL
  SELECT issuer, request_id, amount_minor, approval_code FROM temp.cleared_beside
  WHERE request_id > :after AND request_id <= :up_to
  ORDER BY request_id
)
