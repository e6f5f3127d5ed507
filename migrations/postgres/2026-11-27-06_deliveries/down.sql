DROP INDEX deliveries_by_number;
DROP INDEX deliveries_by_state;
DROP INDEX deliveries_of_supplier;
DROP INDEX deliveries_of_hospital;
DROP INDEX order_lines_by_promise;
DROP INDEX orders_by_state_time;
DROP TABLE trace_codes;
DROP TABLE shortfalls;
