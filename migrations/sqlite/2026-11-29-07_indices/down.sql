DROP TABLE cost_lines;
DROP TABLE cost_sheets;
DROP TABLE preparations;
DROP TABLE linkage_notices;
DROP TABLE index_items;
DROP TABLE index_months;
DROP TABLE basket_items;
DROP TABLE baskets;
