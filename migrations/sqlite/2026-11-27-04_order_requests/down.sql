DROP INDEX order_lines_by_generic;
DROP INDEX orders_by_state_number;
DROP INDEX orders_by_hospital_state;
DROP TABLE order_releases;
DROP TABLE order_request_lines;
DROP TABLE order_requests;
