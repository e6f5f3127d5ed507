//! One file per command: its arguments and one call of the library.

pub mod award;
pub mod code;
pub mod ratio;
pub mod rules;

use jicai::text::Lang;

/// Why a command ended without doing what it was asked.
pub enum Stop {
    /// A check failed: exit 1.
    Failed(String),
    /// Bad input or usage, one line a fault: exit 2.
    Bad(Vec<String>),
}

/// The language of messages: `JICAI_LANG`, else Chinese.
pub fn lang() -> Lang {
    std::env::var("JICAI_LANG").ok().and_then(|lang| lang.trim().parse().ok()).unwrap_or(Lang::Zh)
}
