CREATE TABLE region_lines (
    award_id TEXT NOT NULL REFERENCES awards (id),
    lot_id TEXT NOT NULL REFERENCES lots (id),
    region TEXT NOT NULL,
    base_volume BIGINT NOT NULL,
    agreed_volume BIGINT NOT NULL,
    unallocated BIGINT NOT NULL,
    main_id TEXT REFERENCES organisations (id),
    spare_id TEXT REFERENCES organisations (id),
    PRIMARY KEY (award_id, lot_id, region)
);
CREATE TABLE selections (
    id TEXT PRIMARY KEY NOT NULL,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    award_id TEXT NOT NULL REFERENCES awards (id),
    state TEXT NOT NULL,
    minutes INTEGER NOT NULL,
    started_at BIGINT NOT NULL,
    started_by TEXT,
    paused_at BIGINT,
    ended_at BIGINT,
    reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX selections_by_round ON selections (round_id, started_at);
CREATE TABLE queues (
    id TEXT PRIMARY KEY NOT NULL,
    selection_id TEXT NOT NULL REFERENCES selections (id),
    lot_id TEXT NOT NULL REFERENCES lots (id),
    state TEXT NOT NULL,
    due_at BIGINT,
    UNIQUE (selection_id, lot_id)
);
CREATE TABLE queue_choosers (
    queue_id TEXT NOT NULL REFERENCES queues (id),
    place INTEGER NOT NULL,
    supplier_id TEXT NOT NULL REFERENCES organisations (id),
    PRIMARY KEY (queue_id, place)
);
CREATE INDEX queue_choosers_by_supplier ON queue_choosers (supplier_id, queue_id);
CREATE TABLE queue_regions (
    queue_id TEXT NOT NULL REFERENCES queues (id),
    place INTEGER NOT NULL,
    region TEXT NOT NULL,
    base_volume BIGINT NOT NULL,
    agreed_volume BIGINT NOT NULL,
    PRIMARY KEY (queue_id, place)
);
CREATE TABLE picks (
    id TEXT PRIMARY KEY NOT NULL,
    queue_id TEXT NOT NULL REFERENCES queues (id),
    turn INTEGER NOT NULL,
    region TEXT NOT NULL,
    supplier_id TEXT NOT NULL REFERENCES organisations (id),
    supply TEXT NOT NULL,
    by_default BOOLEAN NOT NULL,
    account_id TEXT,
    at BIGINT NOT NULL,
    UNIQUE (queue_id, turn)
);
CREATE TABLE reassignment_periods (
    id TEXT PRIMARY KEY NOT NULL,
    round_id TEXT NOT NULL REFERENCES rounds (id),
    award_id TEXT NOT NULL REFERENCES awards (id),
    state TEXT NOT NULL,
    deadline BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    opened_by TEXT,
    reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX reassignment_periods_by_round ON reassignment_periods (round_id, opened_at);
CREATE TABLE reassignment_winners (
    period_id TEXT NOT NULL REFERENCES reassignment_periods (id),
    lot_id TEXT NOT NULL REFERENCES lots (id),
    place INTEGER NOT NULL,
    offer_id TEXT NOT NULL REFERENCES offers (id),
    price BIGINT NOT NULL,
    room BIGINT,
    PRIMARY KEY (period_id, lot_id, place)
);
CREATE TABLE reassignment_volumes (
    id TEXT PRIMARY KEY NOT NULL,
    period_id TEXT NOT NULL REFERENCES reassignment_periods (id),
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    lot_id TEXT NOT NULL REFERENCES lots (id),
    offer_id TEXT REFERENCES offers (id),
    quantity BIGINT NOT NULL
);
CREATE INDEX reassignment_volumes_by_hospital ON reassignment_volumes (period_id, hospital_id, lot_id);
CREATE TABLE reassignments (
    period_id TEXT NOT NULL REFERENCES reassignment_periods (id),
    lot_id TEXT NOT NULL REFERENCES lots (id),
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    offer_id TEXT NOT NULL REFERENCES offers (id),
    quantity BIGINT NOT NULL,
    PRIMARY KEY (period_id, hospital_id, offer_id)
);
CREATE INDEX reassignments_by_hospital ON reassignments (period_id, hospital_id);
CREATE TABLE reassignment_answers (
    period_id TEXT NOT NULL REFERENCES reassignment_periods (id),
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    version INTEGER NOT NULL,
    account_id TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (period_id, hospital_id)
);
