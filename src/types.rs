//! Exact values, ids, time and the actor: the words every module uses.

mod ids;
mod numbers;
mod time;

pub use ids::*;
pub use numbers::*;
pub use time::{Time, last_day_of, parse_day};

/// A closed set of words stored as text: an enum with `as_str`, `FromStr`, `ALL` and both SQL directions.
#[macro_export]
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, diesel::expression::AsExpression,
                 diesel::deserialize::FromSqlRow, serde::Serialize, serde::Deserialize)]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant,)* }

        impl $name {
            /// Every word, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word as stored and as written in files.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = ();
            fn from_str(text: &str) -> std::result::Result<Self, ()> {
                match text { $($word => Ok(Self::$variant),)* _ => Err(()) }
            }
        }

        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for $name
        where
            str: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                self.as_str().to_sql(out)
            }
        }

        impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for $name
        where
            String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                let text = <String as diesel::deserialize::FromSql<diesel::sql_types::Text, DB>>::from_sql(bytes)?;
                text.parse().map_err(|()| format!("stored {}: {text}", stringify!($name)).into())
            }
        }
    )*};
}

/// Who does something: a person with an account, or the platform itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The account, or `None` when the platform acts (jobs, the command line).
    pub account: Option<AccountId>,
    /// The organisation acted for.
    pub organisation: Option<OrganisationId>,
    /// The name written into the audit trail.
    pub name: String,
}

/// When something is done and by whom: the inputs a decision may not make up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ctx {
    /// The moment by the server's clock.
    pub now: Time,
    /// Who acts.
    pub actor: Actor,
}

impl Ctx {
    /// The platform itself acts, under the name of a job or a command.
    pub fn system(now: Time, name: &str) -> Self {
        Self { now, actor: Actor { account: None, organisation: None, name: name.to_owned() } }
    }
}

/// Lower-case hexadecimal SHA-256.
pub fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    hex(&sha2::Sha256::digest(bytes))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The bytes of lower-case hexadecimal of exactly that length.
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; N];
    if text.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_is_read_back_or_refused() {
        assert_eq!(unhex::<3>(&hex(&[0, 0x1f, 0xff])), Some([0, 0x1f, 0xff]));
        for bad in ["", "00", "0000", "001fgg", "001FFF", "00 1ff", "é1fff"] {
            assert_eq!(unhex::<3>(bad), None, "{bad}");
        }
    }
}
