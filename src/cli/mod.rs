//! One file per command: its arguments and one call of the library.

/// Why a command ended without doing what it was asked.
pub enum Stop {
    /// A check failed: exit 1.
    Failed(String),
    /// Bad input or usage, one line a fault: exit 2.
    Bad(Vec<String>),
}
