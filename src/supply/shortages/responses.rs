//! What is done at each level of a shortage, as data with sources.

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::sourced::Confidence;
use crate::supply::shortages::Level;
use crate::text::{Lang, Text};

const EMBEDDED: &str = include_str!("responses.toml");

/// A response.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// The word a step names it by.
    pub key: String,
    /// From which level on.
    pub level: Level,
    /// What is done.
    pub action: String,
    /// The same in English.
    pub action_en: String,
    /// By whom.
    pub who: String,
    /// The same in English.
    pub who_en: String,
    /// Working days after the level began.
    pub working_days: u32,
    /// Where it comes from.
    pub source: String,
    /// How sure it is.
    pub confidence: Confidence,
}

impl Response {
    /// What is done.
    pub fn action(&self, t: &Text) -> &str {
        match t.lang {
            Lang::Zh => &self.action,
            Lang::En => &self.action_en,
        }
    }

    /// By whom.
    pub fn who(&self, t: &Text) -> &str {
        match t.lang {
            Lang::Zh => &self.who,
            Lang::En => &self.who_en,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    responses: Vec<Response>,
}

/// Every response, the mildest level first.
pub fn all() -> Result<Vec<Response>> {
    let file: File = toml::from_str(EMBEDDED).map_err(Error::fault_of)?;
    Ok(file.responses)
}

/// The responses of a level, those of milder levels among them.
pub fn at(level: Level) -> Result<Vec<Response>> {
    Ok(all()?.into_iter().filter(|it| it.level <= level).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worse_level_takes_in_the_milder_ones() {
        let keys = |level| at(level).unwrap().into_iter().map(|it| it.key).collect::<Vec<_>>();
        assert_eq!(keys(Level::None), Vec::<String>::new());
        assert_eq!(keys(Level::Yellow), ["verify", "urge"]);
        assert_eq!(keys(Level::Orange), ["verify", "urge", "replace", "balance"]);
        assert_eq!(keys(Level::Red).len(), all().unwrap().len());
        assert!(all().unwrap().iter().all(|it| !it.source.is_empty() && it.working_days > 0));
    }
}
