-- Who wants to be told of findings, what was told, and which mail addresses do not take letters. A sweep takes up, in one
-- transaction, whatever was found or went since the sweep before it; subscriptions remember the last sweep they told of.
CREATE TABLE finding_changes (
    finding_id TEXT PRIMARY KEY NOT NULL,
    state TEXT NOT NULL,
    first_sweep BIGINT NOT NULL,
    sweep BIGINT NOT NULL
);
CREATE INDEX finding_changes_by_sweep ON finding_changes (sweep, finding_id);
CREATE TABLE subscriptions (
    id TEXT PRIMARY KEY NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    frequency TEXT NOT NULL,
    weekday INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    product_id TEXT REFERENCES products (id),
    generic TEXT NOT NULL,
    hospital_id TEXT REFERENCES organisations (id),
    supplier TEXT NOT NULL,
    rule TEXT NOT NULL,
    tier TEXT NOT NULL,
    even_if_nothing BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    sweep BIGINT NOT NULL,
    told_to BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX subscriptions_due ON subscriptions (state, next_at, id);
CREATE INDEX subscriptions_by_account ON subscriptions (account_id, id);
CREATE TABLE alerts (
    id TEXT PRIMARY KEY NOT NULL,
    subscription_id TEXT NOT NULL REFERENCES subscriptions (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    mail_id TEXT NOT NULL UNIQUE,
    after_sweep BIGINT NOT NULL,
    to_sweep BIGINT NOT NULL,
    found BIGINT NOT NULL,
    effect BIGINT NOT NULL,
    gone BIGINT NOT NULL,
    is_test BOOLEAN NOT NULL,
    written_at BIGINT NOT NULL
);
CREATE INDEX alerts_by_account ON alerts (account_id, id);
CREATE TABLE bounces (
    mail_id TEXT PRIMARY KEY NOT NULL,
    address TEXT NOT NULL,
    via TEXT NOT NULL,
    words TEXT NOT NULL,
    at BIGINT NOT NULL,
    confirmed_at BIGINT
);
CREATE INDEX bounces_by_address ON bounces (address, confirmed_at);
