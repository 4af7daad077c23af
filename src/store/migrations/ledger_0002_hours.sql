-- Sums by the hour, written with the rows that they are of and kept longer. A sum of costs is in billionths of a dollar.
-- priced: requests whose cost is in it; unpriced: those with tokens whose price nobody knew; estimated: those whose
-- tokens the gateway estimated. costs: 8 bytes for each row of the batch, little-endian; the least number is nothing.
PRAGMA user_version = 2;

ALTER TABLE batches ADD COLUMN costs BLOB;

CREATE TABLE hours (
  hour_ms            INTEGER NOT NULL,  -- its beginning
  provider           TEXT NOT NULL,
  model              TEXT NOT NULL,
  account            TEXT NOT NULL,
  client             TEXT NOT NULL,
  requests           INTEGER NOT NULL,
  failures           INTEGER NOT NULL,
  input_tokens       INTEGER NOT NULL,
  output_tokens      INTEGER NOT NULL,
  cache_read_tokens  INTEGER NOT NULL,
  cache_write_tokens INTEGER NOT NULL,
  reasoning_tokens   INTEGER NOT NULL,
  latency_ms_sum     INTEGER NOT NULL,
  cost               INTEGER NOT NULL,
  estimated_cost     INTEGER NOT NULL,  -- the part of it that rests on estimated tokens
  priced             INTEGER NOT NULL,
  unpriced           INTEGER NOT NULL,
  estimated          INTEGER NOT NULL,
  PRIMARY KEY (hour_ms, provider, model, account, client)
) STRICT, WITHOUT ROWID;
