DROP INDEX credit_notes_by_supplier;
DROP INDEX credit_notes_by_hospital;
DROP INDEX invoice_lines_by_return;
DROP INDEX invoices_by_corrected;
DROP INDEX invoices_by_number;
DROP INDEX invoices_by_state;
DROP INDEX invoices_by_day;
