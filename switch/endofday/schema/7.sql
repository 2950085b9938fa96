-- Kept for the fees and disputes of merchants: nothing yet.
SELECT 1;
