-- Case baskets (病种费用), what each case uses, and what each round does to the cost of a case.
CREATE TABLE disease_baskets (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    code TEXT NOT NULL,
    hospital_id TEXT REFERENCES organisations (id),
    cases BIGINT,
    document TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    revision INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    account_id TEXT
);
CREATE INDEX disease_baskets_by_hospital ON disease_baskets (hospital_id, id);
CREATE INDEX disease_baskets_by_name ON disease_baskets (name, code);
CREATE TABLE disease_items (
    basket_id TEXT NOT NULL REFERENCES disease_baskets (id),
    position INTEGER NOT NULL,
    product_id TEXT REFERENCES products (id),
    code TEXT NOT NULL,
    generic TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    PRIMARY KEY (basket_id, position)
);
CREATE TABLE disease_effects (
    basket_id TEXT NOT NULL REFERENCES disease_baskets (id),
    round_id TEXT NOT NULL REFERENCES rounds (id),
    award_id TEXT NOT NULL REFERENCES awards (id),
    from_day DATE NOT NULL,
    to_day DATE NOT NULL,
    lines INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    cost_before BIGINT NOT NULL,
    cost_after BIGINT NOT NULL,
    computed_at BIGINT NOT NULL,
    PRIMARY KEY (basket_id, round_id)
);
CREATE TABLE disease_effect_lines (
    basket_id TEXT NOT NULL,
    round_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    lot TEXT NOT NULL,
    code TEXT NOT NULL,
    generic TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    price_before BIGINT,
    source_before TEXT NOT NULL,
    price_after BIGINT,
    source_after TEXT NOT NULL,
    cost_before BIGINT,
    cost_after BIGINT,
    PRIMARY KEY (basket_id, round_id, position)
);
CREATE INDEX lots_by_name ON lots (generic);
CREATE INDEX lots_by_name_key ON lots (generic_key);
