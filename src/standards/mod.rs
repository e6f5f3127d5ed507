//! Payment standards (医保支付标准): what the fund recognises for each product of an awarded lot.

pub mod rules;
