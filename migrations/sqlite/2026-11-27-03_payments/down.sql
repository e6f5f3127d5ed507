DROP TABLE payment_lines;
DROP TABLE payments;
DROP TABLE invoice_lines;
DROP TABLE invoices;
