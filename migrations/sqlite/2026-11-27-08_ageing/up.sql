CREATE TABLE ageing_counts (
    hospital_id TEXT NOT NULL REFERENCES organisations (id),
    supplier_id TEXT NOT NULL REFERENCES organisations (id),
    payer TEXT NOT NULL,
    receipts BIGINT NOT NULL,
    not_due BIGINT NOT NULL,
    late_30 BIGINT NOT NULL,
    late_60 BIGINT NOT NULL,
    late_90 BIGINT NOT NULL,
    late_more BIGINT NOT NULL,
    uninvoiced BIGINT NOT NULL,
    overdue BIGINT NOT NULL,
    to_net BIGINT NOT NULL,
    counted_at BIGINT NOT NULL,
    PRIMARY KEY (hospital_id, supplier_id, payer)
);
CREATE INDEX ageing_counts_by_supplier ON ageing_counts (supplier_id);
CREATE INDEX receipts_open ON receipts (due_on, id) WHERE amount - credited - paid > 0;
CREATE INDEX receipts_open_by_hospital ON receipts (hospital_id, due_on, id) WHERE amount - credited - paid > 0;
CREATE INDEX receipts_open_by_supplier ON receipts (supplier_id, due_on, id) WHERE amount - credited - paid > 0;
CREATE INDEX receipts_to_net ON receipts (due_on, id) WHERE amount - credited - paid < 0;
CREATE INDEX receipts_to_net_by_hospital ON receipts (hospital_id, due_on, id) WHERE amount - credited - paid < 0;
CREATE INDEX receipts_to_net_by_supplier ON receipts (supplier_id, due_on, id) WHERE amount - credited - paid < 0;
CREATE INDEX receipts_by_hospital_account ON receipts (hospital_id, received_on, id, supplier_id, amount);
CREATE INDEX receipts_by_supplier_account ON receipts (supplier_id, received_on, id, hospital_id, amount);
CREATE INDEX payments_by_day ON payments (paid_on, id);
CREATE INDEX payments_by_reference ON payments (hospital_id, reference);
CREATE UNIQUE INDEX payments_by_reversed ON payments (reverses_id) WHERE reverses_id IS NOT NULL;
