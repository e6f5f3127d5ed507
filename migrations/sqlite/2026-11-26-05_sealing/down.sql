DROP TABLE opened_contents;
DROP TABLE held_shares;
DROP TABLE receipt_roots;
DROP TABLE signed_receipts;
DROP TABLE envelope_shares;
DROP TABLE opener_keys;
DROP TABLE panel_members;
DROP TABLE panels;
