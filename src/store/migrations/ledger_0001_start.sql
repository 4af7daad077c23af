-- The ledger as it began. The rows of a batch lie packed in one value (store/packed_rows.h has the format): a request
-- is recorded for a fraction of what a row with indexes of its own would cost.
PRAGMA application_id = 1095193676;
PRAGMA user_version = 1;

CREATE TABLE batches (
  last     INTEGER PRIMARY KEY,  -- sequence of its newest row; the oldest has last - rows + 1
  rows     INTEGER NOT NULL,
  from_ms  INTEGER NOT NULL,     -- the earliest start among its rows
  until_ms INTEGER NOT NULL,     -- the latest
  format   INTEGER NOT NULL,
  packed   BLOB NOT NULL
) STRICT;
CREATE INDEX batches_until ON batches (until_ms);

CREATE TABLE bodies (
  batch        INTEGER NOT NULL REFERENCES batches (last) ON DELETE CASCADE,
  request      INTEGER NOT NULL,  -- sequence of the row
  kind         TEXT NOT NULL,
  content_type TEXT NOT NULL,
  truncated    INTEGER NOT NULL,
  bytes        BLOB NOT NULL,
  PRIMARY KEY (batch, request, kind)
) STRICT;
