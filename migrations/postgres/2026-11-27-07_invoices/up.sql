CREATE INDEX invoices_by_day ON invoices (issued_on, id);
CREATE INDEX invoices_by_number ON invoices (number, hospital_id, supplier_id);
CREATE INDEX invoices_mismatched ON invoices (issued_on, id) WHERE state = 'mismatched';
CREATE INDEX invoices_withdrawn ON invoices (issued_on, id) WHERE state = 'withdrawn';
CREATE INDEX credit_notes_by_day ON invoices (issued_on, id) WHERE kind = 'credit_note';
CREATE INDEX credit_notes_by_hospital ON invoices (hospital_id, issued_on, id) WHERE kind = 'credit_note';
CREATE INDEX credit_notes_by_supplier ON invoices (supplier_id, issued_on, id) WHERE kind = 'credit_note';
CREATE INDEX invoices_by_corrected ON invoices (corrects_id) WHERE corrects_id IS NOT NULL;
CREATE UNIQUE INDEX invoice_lines_by_return ON invoice_lines (return_id) WHERE return_id IS NOT NULL;
