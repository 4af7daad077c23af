-- The ledger as it began. A token count that the provider did not tell is NULL, never 0.
PRAGMA application_id = 1095193676;
PRAGMA user_version = 1;

CREATE TABLE requests (
  sequence           INTEGER PRIMARY KEY,
  id                 TEXT NOT NULL UNIQUE,
  started_ms         INTEGER NOT NULL,
  client_dialect     TEXT NOT NULL,
  path               TEXT NOT NULL,
  client_key         TEXT NOT NULL,
  client_model       TEXT NOT NULL,
  provider           TEXT NOT NULL,
  upstream_model     TEXT NOT NULL,
  account_id         TEXT NOT NULL,
  status             INTEGER NOT NULL,
  failure_class      TEXT NOT NULL,
  code               TEXT NOT NULL,
  lane               TEXT NOT NULL,
  stream             INTEGER NOT NULL,
  input_tokens       INTEGER,
  output_tokens      INTEGER,
  cache_read_tokens  INTEGER,
  cache_write_tokens INTEGER,
  reasoning_tokens   INTEGER,
  latency_ms         INTEGER NOT NULL,
  first_byte_ms      INTEGER,
  attempts           INTEGER NOT NULL,
  bytes_in           INTEGER NOT NULL,
  bytes_out          INTEGER NOT NULL,
  user_agent         TEXT NOT NULL,
  trace              TEXT NOT NULL
) STRICT;
CREATE INDEX requests_started ON requests (started_ms);

CREATE TABLE bodies (
  request      INTEGER NOT NULL REFERENCES requests (sequence) ON DELETE CASCADE,
  kind         TEXT NOT NULL,
  content_type TEXT NOT NULL,
  truncated    INTEGER NOT NULL,
  bytes        BLOB NOT NULL,
  PRIMARY KEY (request, kind)
) STRICT;
