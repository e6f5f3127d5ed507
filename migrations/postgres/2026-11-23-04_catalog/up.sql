CREATE TABLE products (
    id TEXT PRIMARY KEY NOT NULL,
    code TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    generic TEXT NOT NULL,
    generic_key TEXT NOT NULL,
    form TEXT NOT NULL,
    spec TEXT NOT NULL,
    pack TEXT NOT NULL,
    pack_count BIGINT,
    maker TEXT NOT NULL,
    approval TEXT NOT NULL,
    evaluated BOOLEAN NOT NULL,
    listing_price BIGINT,
    search TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX products_by_generic ON products (generic, code);
CREATE INDEX products_by_maker ON products (maker, code);
CREATE INDEX products_by_generic_key ON products (generic_key, code);
CREATE TABLE imports (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    file_name TEXT NOT NULL,
    profile TEXT NOT NULL,
    places TEXT NOT NULL DEFAULT '[]',
    organisation_id TEXT NOT NULL,
    account_id TEXT,
    state TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    content BYTEA NOT NULL,
    result TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX imports_by_time ON imports (created_at, id);
CREATE TABLE transactions (
    id TEXT PRIMARY KEY NOT NULL,
    day DATE NOT NULL,
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    product_id TEXT NOT NULL REFERENCES products (id),
    supplier TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    unit_price BIGINT NOT NULL,
    amount BIGINT NOT NULL
);
CREATE INDEX transactions_by_hospital ON transactions (hospital_id, product_id, day);
CREATE INDEX transactions_by_product ON transactions (product_id, day);
