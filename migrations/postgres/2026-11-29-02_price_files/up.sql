-- Files of purchases and of listings as they arrive by page, folder, program or command: how far each is and its bad
-- lines; sums of unmatched lines by their codes; listings on their way, unmatched and corrected; files seen in the
-- watched folder; and the tokens of programs.
CREATE TABLE price_files (
    no INTEGER PRIMARY KEY NOT NULL,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    origin TEXT NOT NULL,
    state TEXT NOT NULL,
    file_name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    skip_bad BOOLEAN NOT NULL,
    lines BIGINT NOT NULL,
    added BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    unmatched BIGINT NOT NULL,
    bad BIGINT NOT NULL,
    phase TEXT NOT NULL,
    done BIGINT NOT NULL,
    whole BIGINT NOT NULL,
    ingest INTEGER,
    reason_zh TEXT NOT NULL,
    reason_en TEXT NOT NULL,
    node TEXT NOT NULL,
    seen_at BIGINT,
    sender TEXT NOT NULL,
    account_id TEXT,
    organisation_id TEXT,
    token_id TEXT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX price_files_by_kind ON price_files (kind, no);
CREATE INDEX price_files_by_state ON price_files (state, no);
CREATE INDEX price_files_by_sha256 ON price_files (sha256);
CREATE INDEX price_files_by_ingest ON price_files (ingest);
INSERT INTO price_files (no, id, kind, origin, state, file_name, sha256, bytes, skip_bad, lines, added, changed, unchanged,
    unmatched, bad, phase, done, whole, ingest, reason_zh, reason_en, node, sender, account_id, created_at, ended_at)
    SELECT no, '00000000-0000-0000-0000-' || SUBSTR(CAST(1000000000000 + no AS TEXT), 2), 'transactions', 'command', CASE state WHEN 'applied' THEN 'applied' ELSE 'applying' END,
    file_name, sha256, 0, bad > 0, lines, added, 0, unchanged, unmatched, bad, 'staging', staged, lines - bad, no, '', '',
    '', '', account_id, created_at, applied_at FROM ingests;
INSERT INTO counters (name, value) SELECT 'price_files', MAX(no) FROM price_files HAVING COUNT(*) > 0;
CREATE TABLE price_file_faults (
    file INTEGER NOT NULL REFERENCES price_files (no),
    position INTEGER NOT NULL,
    line BIGINT NOT NULL,
    column_name TEXT NOT NULL,
    value TEXT NOT NULL,
    reason_zh TEXT NOT NULL,
    reason_en TEXT NOT NULL,
    PRIMARY KEY (file, position)
);
CREATE TABLE unmatched_sums (
    product_code TEXT NOT NULL,
    hospital_code TEXT NOT NULL,
    lines BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (product_code, hospital_code)
);
INSERT INTO unmatched_sums (product_code, hospital_code, lines, amount)
    SELECT product_code, hospital_code, COUNT(*), SUM(amount) FROM unmatched_transactions
    GROUP BY product_code, hospital_code;
CREATE TABLE staged_listings (
    file INTEGER NOT NULL,
    n INTEGER NOT NULL,
    id TEXT NOT NULL,
    line BIGINT NOT NULL,
    product_code TEXT NOT NULL,
    region TEXT NOT NULL,
    from_day DATE NOT NULL,
    price BIGINT NOT NULL,
    PRIMARY KEY (file, n)
);
CREATE TABLE unmatched_listings (
    id TEXT PRIMARY KEY NOT NULL,
    file INTEGER NOT NULL REFERENCES price_files (no),
    line BIGINT NOT NULL,
    product_code TEXT NOT NULL,
    region TEXT NOT NULL,
    from_day DATE NOT NULL,
    price BIGINT NOT NULL,
    source TEXT NOT NULL
);
CREATE UNIQUE INDEX unmatched_listings_by_product ON unmatched_listings (product_code, region, from_day);
CREATE TABLE listing_changes (
    file INTEGER NOT NULL REFERENCES price_files (no),
    product_id TEXT NOT NULL REFERENCES products (id),
    region TEXT NOT NULL,
    from_day DATE NOT NULL,
    price_before BIGINT NOT NULL,
    price_after BIGINT NOT NULL,
    PRIMARY KEY (file, product_id, region, from_day)
);
CREATE TABLE folder_sightings (
    name TEXT PRIMARY KEY NOT NULL,
    bytes BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    file INTEGER REFERENCES price_files (no)
);
CREATE TABLE api_tokens (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    scope TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    created_by TEXT,
    used_at BIGINT,
    revoked_at BIGINT
);
