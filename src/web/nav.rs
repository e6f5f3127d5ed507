//! The navigation: one table of groups and their links, in the order of the trade. A new page is one more line in it.

use crate::people::Role;
use crate::web::access::{
    ACCOUNT_READERS, CALENDAR_KEEPERS, EVALUATORS, INDICATOR_READERS, OVERSEERS, PREPAYMENT_READERS,
    PRICE_READERS, STAFF,
};
use crate::web::{Page, cases, credit, disease_costs, preparations, retention, shortages};

/// A link of the navigation.
pub struct Link {
    /// Address.
    pub path: &'static str,
    /// Text.
    pub name: &'static str,
    /// The reader is there.
    pub is_here: bool,
}

/// Links that belong together.
pub struct Group {
    /// Its name.
    pub name: &'static str,
    /// Those this reader may follow; never none.
    pub links: Vec<Link>,
    /// The reader is at one of them.
    pub is_here: bool,
}

impl Group {
    /// Its link, when it has but one: then it needs no lid.
    pub fn only(&self) -> Option<&Link> {
        self.links.first().filter(|_| self.links.len() == 1)
    }
}

/// Everybody who is logged in.
const ANYONE: &[Role] = &[];
const ADMIN: &[Role] = &[Role::Admin];
const DECIDERS: &[Role] = &[Role::Officer, Role::Reviewer, Role::Auditor];

/// Pages that lie beside the link they belong to.
const BESIDE: &[(&str, &str)] = &[
    ("/assessments", "/retention"),
    ("/bounces", "/mails"),
    ("/conducts", "/ratings"),
    ("/listings", "/transactions"),
    ("/objections", "/rounds"),
    ("/questions", "/rounds"),
    ("/stock", "/shortages"),
    ("/subscriptions", "/alerts"),
];

/// Address, text, and who may follow it.
type Row = (&'static str, &'static str, &'static [Role]);

/// The groups of a reader: those with a page for him.
pub fn groups(page: &Page) -> Vec<Group> {
    let Some(who) = &page.who else { return Vec::new() };
    let n = &page.t.nav;
    let all: &[(&'static str, &[Row])] = &[
        (n.home, &[("/", n.home, ANYONE)]),
        (n.of_catalogue, &[("/products", n.products, ANYONE), ("/ratio", n.ratio, ANYONE)]),
        (
            n.of_rounds,
            &[
                ("/rounds", n.rounds, ANYONE),
                ("/approvals", n.approvals, DECIDERS),
                ("/simulations", n.simulations, EVALUATORS),
                ("/rules", n.rules, ANYONE),
            ],
        ),
        (
            n.of_supply,
            &[
                ("/contracts", n.contracts, ANYONE),
                ("/orders", n.orders, ANYONE),
                ("/deliveries", n.deliveries, ANYONE),
                ("/distributors", n.distributors, ANYONE),
                ("/progress", n.progress, ANYONE),
                ("/shortages", n.shortages, shortages::READERS),
                ("/credit", n.credit, credit::PARTIES),
                ("/ratings", n.ratings, credit::PARTIES),
            ],
        ),
        (
            n.of_payment,
            &[
                ("/invoices", n.invoices, ANYONE),
                ("/payments", n.payments, ANYONE),
                ("/ageing", n.ageing, ANYONE),
                ("/claims", n.claims, ANYONE),
                ("/settlements", n.settlements, STAFF),
                ("/prepayments", n.prepayments, PREPAYMENT_READERS),
                ("/statements", n.statements, ANYONE),
                ("/bank-accounts", n.bank_accounts, ACCOUNT_READERS),
                ("/retention", n.retention, retention::PARTIES),
                ("/incidents", n.incidents, STAFF),
            ],
        ),
        (
            n.of_prices,
            &[
                ("/prices", n.prices, STAFF),
                ("/findings", n.findings, PRICE_READERS),
                ("/cases", n.cases, cases::PARTIES),
                ("/monitoring", n.monitoring, STAFF),
                ("/transactions", n.transactions, STAFF),
                ("/indices", n.indices, STAFF),
                ("/preparations", n.preparations, preparations::PARTIES),
                ("/alerts", n.alerts, ANYONE),
            ],
        ),
        (
            n.of_standards,
            &[
                ("/standards", n.standards, ANYONE),
                ("/disease-costs", page.t.disease_costs.title, disease_costs::READERS),
            ],
        ),
        (n.indicators, &[("/indicators", n.indicators, INDICATOR_READERS)]),
        (n.of_public, &[("/public", n.public, ANYONE)]),
        (
            n.of_system,
            &[
                ("/terms", n.terms, STAFF),
                ("/workdays", n.workdays, CALENDAR_KEEPERS),
                ("/organisations", n.organisations, ADMIN),
                ("/api-tokens", n.api_tokens, ADMIN),
                ("/mails", n.mails, OVERSEERS),
                ("/jobs", n.jobs, OVERSEERS),
                ("/audit", n.audit, OVERSEERS),
            ],
        ),
    ];
    // Of two links that lead here, the longer one is where the reader is.
    let paths = all.iter().flat_map(|(_, links)| links.iter().map(|(path, ..)| *path));
    let beside = BESIDE.iter().find(|(path, _)| is_at(&page.path, path));
    let at = beside.map_or(page.path.as_str(), |(_, link)| link);
    let here = paths.filter(|path| is_at(at, path)).max_by_key(|path| path.len());
    let group = |(name, links): &(&'static str, &[Row])| {
        let own = links.iter().filter(|(.., roles)| roles.is_empty() || who.is_any(roles));
        let links: Vec<Link> =
            own.map(|&(path, name, _)| Link { path, name, is_here: here == Some(path) }).collect();
        Group { name, is_here: links.iter().any(|link| link.is_here), links }
    };
    all.iter().map(group).filter(|group| !group.links.is_empty()).collect()
}

fn is_at(here: &str, path: &str) -> bool {
    here.strip_prefix(path).is_some_and(|rest| rest.is_empty() || (path != "/" && rest.starts_with('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_where_its_address_begins() {
        let check = |here: &str, path: &str, want: bool| assert_eq!(is_at(here, path), want, "{here} {path}");
        check("/", "/", true);
        check("/prices", "/", false);
        check("/prices", "/prices", true);
        check("/prices/products/1", "/prices", true);
        check("/pricesheet", "/prices", false);
    }
}
