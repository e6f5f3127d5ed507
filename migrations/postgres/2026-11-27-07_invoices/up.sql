CREATE INDEX invoices_by_day ON invoices (issued_on, id);
CREATE INDEX invoices_by_state ON invoices (kind, state, issued_on, id);
CREATE INDEX invoices_by_number ON invoices (number);
CREATE INDEX invoices_by_corrected ON invoices (corrects_id);
CREATE UNIQUE INDEX invoice_lines_by_return ON invoice_lines (return_id);
CREATE INDEX credit_notes_by_hospital ON invoices (hospital_id, issued_on, id) WHERE kind = 'credit_note';
CREATE INDEX credit_notes_by_supplier ON invoices (supplier_id, issued_on, id) WHERE kind = 'credit_note';
