-- In DuckDB's words: what ready_lines.sql writes its columns by. Numbers of two digits and runs of spaces are looked up.
SET VARIABLE pairs = LIST_TRANSFORM(RANGE(100), lambda n: LPAD(CAST(n AS VARCHAR), 2, '0'));
SET VARIABLE spaces = LIST_TRANSFORM(RANGE(20), lambda n: REPEAT(' ', n));

-- Two digits of a number from 0 to 99.
CREATE TEMP MACRO two(n) AS getvariable('pairs')[n + 1];

-- A text of plain letters in a column: filled up, or cut.
CREATE TEMP MACRO padded(words, width) AS
  CASE WHEN STRLEN(words) <= width THEN CONCAT(words, getvariable('spaces')[width - STRLEN(words) + 1])
    ELSE RPAD(words, width, ' ') END;

-- The whole part of an amount, below a million, with the mark between its thousands; and the spaces in front of it in a column.
CREATE TEMP MACRO marked(whole, mark) AS
  CASE WHEN whole < 1000 THEN CAST(whole AS VARCHAR)
    ELSE CONCAT(whole // 1000, mark, LPAD(CAST(whole % 1000 AS VARCHAR), 3, '0')) END;
CREATE TEMP MACRO room(whole, width, mark_width) AS getvariable('spaces')[1 + width - CASE
  WHEN whole < 10 THEN 1 WHEN whole < 100 THEN 2 WHEN whole < 1000 THEN 3
  WHEN whole < 10000 THEN 4 + mark_width WHEN whole < 100000 THEN 5 + mark_width ELSE 6 + mark_width END];
