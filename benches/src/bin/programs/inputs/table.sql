-- Builds a table with indices, and joins and groups its rows.
CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT, length INTEGER);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
INSERT INTO words SELECT i, hex(i * 2654435761 % 4294967296) || substr('abcdefghijklmnopqrstuvwxyz', 1, i % 26), i % 97 FROM n;
CREATE INDEX by_word ON words (word);
CREATE INDEX by_length ON words (length, word);
SELECT length, count(*), max(word), group_concat(substr(word, 1, 2)) FROM words GROUP BY length ORDER BY 2 DESC LIMIT 5;
SELECT count(*) FROM words a JOIN words b ON a.word = b.word AND a.length = b.length;
UPDATE words SET word = lower(word) || id WHERE length % 3 = 0;
DELETE FROM words WHERE length % 5 = 1;
SELECT count(DISTINCT word) FROM words;
