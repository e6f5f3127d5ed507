//! The message catalogue: every string a person reads, in Chinese and English, side by side.
//!
//! A message is a field of its area's struct, so a missing key or a missing language does not compile.

/// Declares one area's messages: `key: "中文", "English";`. Placeholders are `{name}`, filled by [`fill`].
macro_rules! messages {
    ($(#[$doc:meta])* $name:ident { $($key:ident: $zh:literal, $en:literal;)* }) => {
        $(#[$doc])*
        #[allow(missing_docs)]
        pub struct $name { $(pub $key: &'static str,)* }

        impl $name {
            pub(super) const ZH: Self = Self { $($key: $zh,)* };
            pub(super) const EN: Self = Self { $($key: $en,)* };
            /// Every key with both texts, for the tests of the catalogue.
            pub const ALL: &'static [(&'static str, &'static str, &'static str)] =
                &[$((stringify!($key), $zh, $en),)*];
        }
    };
}

macro_rules! areas {
    ($($area:ident: $name:ident,)*) => {
        $(mod $area;)*

        /// All messages of one language.
        pub struct Text {
            /// Which language this is.
            pub lang: Lang,
            $(#[allow(missing_docs)] pub $area: $area::$name,)*
        }

        static ZH: Text = Text { lang: Lang::Zh, $($area: $area::$name::ZH,)* };
        static EN: Text = Text { lang: Lang::En, $($area: $area::$name::EN,)* };

        /// Every message as (area, key, Chinese, English).
        pub fn all() -> Vec<(&'static str, &'static str, &'static str, &'static str)> {
            let mut list = Vec::new();
            $(list.extend($area::$name::ALL.iter().map(|(k, zh, en)| (stringify!($area), *k, *zh, *en)));)*
            list
        }
    };
}

crate::words! {
    /// A language of the pages.
    Lang {
        /// Chinese, the default.
        Zh = "zh",
        /// English.
        En = "en",
    }
}

areas! {
    common: Common,
    files: Files,
    catalog: Catalog,
    prices: Prices,
    ingest: Ingest,
    api: Api,
    monitoring: Monitoring,
    watching: Watching,
    indices: Indices,
    cases: Cases,
    alerts: Alerts,
    board: Board,
    figures: Figures,
    scans: Scans,
    rounds: Rounds,
    rule_sets: RuleSets,
    drafts: Drafts,
    rule_drafts: RuleDrafts,
    parameters: Parameters,
    demand: Demand,
    bids: Bids,
    sealing: Sealing,
    awards: Awards,
    evaluation: Evaluation,
    questions: Questions,
    volumes: Volumes,
    screens: Screens,
    comparison: Comparison,
    contracts: Contracts,
    events: Events,
    progress: Progress,
    terms: Terms,
    supply: Supply,
    deliveries: Deliveries,
    distributors: Distributors,
    orders: Orders,
    shortages: Shortages,
    payments: Payments,
    incidents: Incidents,
    retention: Retention,
    assessments: Assessments,
    credit: Credit,
    ratings: Ratings,
    workdays: Workdays,
    claims: Claims,
    settlements: Settlements,
    invoices: Invoices,
    paying: Paying,
    statements: Statements,
    standards: Standards,
    negotiated: Negotiated,
    effects: Effects,
    links: Links,
    disease_costs: DiseaseCosts,
    preparations: Preparations,
    indicators: Indicators,
    indicator_names: IndicatorNames,
    archive: Archive,
    publish: Publish,
    search: Search,
    simulations: Simulations,
    admin: Admin,
    mail: Mail,
    people: People,
    nav: Nav,
    home: Home,
}

impl Lang {
    /// The messages of this language.
    pub fn text(self) -> &'static Text {
        match self {
            Lang::Zh => &ZH,
            Lang::En => &EN,
        }
    }
}

/// Fills `{name}` placeholders.
pub fn fill(message: &str, values: &[(&str, &dyn std::fmt::Display)]) -> String {
    values.iter().fold(message.to_owned(), |text, (name, value)| {
        text.replace(&format!("{{{name}}}"), &value.to_string())
    })
}

/// Something that can be said to a person in either language.
pub trait Say: std::fmt::Debug + Send + Sync {
    /// The sentence: what is wrong, with the value, and what to do about it.
    fn say(&self, t: &Text) -> String;

    /// The form field it belongs to.
    fn field(&self) -> Option<&'static str> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placeholders(text: &str) -> Vec<&str> {
        let mut found: Vec<&str> =
            text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    #[test]
    fn both_languages_say_something_with_the_same_placeholders() {
        for (area, key, zh, en) in all() {
            assert!(!zh.trim().is_empty() && !en.trim().is_empty(), "{area}.{key} is blank");
            assert_eq!(placeholders(zh), placeholders(en), "{area}.{key}");
        }
    }

    #[test]
    fn fill_replaces_every_place() {
        assert_eq!(fill("{a} of {b}, {a}", &[("a", &1), ("b", &"x")]), "1 of x, 1");
    }
}
