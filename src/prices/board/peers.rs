//! A product beside its peers: the listings of all that share generic, form and strength, each at its price for one
//! smallest unit.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::catalog::Product;
use crate::catalog::code::Code;
use crate::db::Conn;
use crate::error::Result;
use crate::prices::comparable::exclusions::Exclusions;
use crate::prices::comparable::{Grouped, Grouper, Grouping, Left, Listing as Comparable, Quotient};
use crate::prices::listings::Listing;
use crate::schema::{listings, products};
use crate::types::ProductId;

/// Most products that are compared, more than any generic has.
const PEERS: i64 = 3_000;
/// Most listings that are shown, besides the product's own.
const SHOWN: usize = 300;
/// Most listings of a product that are read.
pub const LISTINGS: i64 = 500;

/// A peer's listing.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Whose.
    pub product: Product,
    /// Where; empty for the catalogue's own listing price.
    pub region: String,
    /// Yuan a pack.
    pub price: crate::types::UnitPrice,
    /// Yuan for one smallest unit, or none with the reason in `left`.
    pub unit: Option<Quotient>,
    /// How many times the lowest of the group.
    pub ratio: Option<Quotient>,
    /// Why it is not compared.
    pub left: Option<Left>,
}

/// What a product is listed at, the latest first.
pub fn listings_of(conn: &mut Conn, product: &ProductId, limit: i64) -> Result<Vec<Listing>> {
    Ok(listings::table
        .filter(listings::product_id.eq(product))
        .order((listings::from_day.desc(), listings::region))
        .limit(limit)
        .select(Listing::as_select())
        .load(conn)?)
}

fn listed(conn: &mut Conn, ids: Vec<ProductId>, day: NaiveDate) -> Result<Vec<Listing>> {
    Ok(listings::table
        .filter(listings::product_id.eq_any(ids).and(listings::from_day.le(day)))
        .order((listings::product_id, listings::region, listings::from_day))
        .select(Listing::as_select())
        .load(conn)?)
}

fn of_generic(conn: &mut Conn, of: &Product) -> Result<Vec<Product>> {
    let mut query = products::table.select(Product::as_select()).into_boxed();
    query = if of.generic_key.is_empty() {
        query.filter(products::generic.eq(of.generic.clone()))
    } else {
        query.filter(products::generic_key.eq(of.generic_key.clone()))
    };
    Ok(query.order(products::code).limit(PEERS).load(conn)?)
}

/// The listings in force on a day of a product and of those with its generic, form and strength, the cheapest first; the
/// ones that cannot be compared with it last. All are compared, the first 300 and the product's own are returned.
pub fn of(conn: &mut Conn, product: &Product, day: NaiveDate) -> Result<Vec<Peer>> {
    let products = of_generic(conn, product)?;
    let mut in_force: HashMap<(ProductId, String), Listing> = HashMap::new();
    for listing in listed(conn, products.iter().map(|it| it.id.clone()).collect(), day)? {
        in_force.insert((listing.product_id.clone(), listing.region.clone()), listing);
    }
    let mut peers: Vec<Peer> = Vec::new();
    for it in products {
        let own = it.listing_price.filter(|price| price.is_positive()).map(|price| (String::new(), price));
        let others = in_force.values().filter(|listing| listing.product_id == it.id);
        let others = others.map(|listing| (listing.region.clone(), listing.price));
        let made = own.into_iter().chain(others).map(|(region, price)| Peer {
            product: it.clone(),
            region,
            price,
            unit: None,
            ratio: None,
            left: None,
        });
        peers.extend(made.collect::<Vec<_>>());
    }
    compare(product, peers, day)
}

/// Groups what can be compared; the line of a listing is its place among the peers.
fn compare(product: &Product, mut peers: Vec<Peer>, day: NaiveDate) -> Result<Vec<Peer>> {
    let exclusions = Exclusions::default();
    let mut grouper = Grouper::new(Grouping::Strength, &exclusions, day);
    for (line, peer) in (0_u64..).zip(&peers) {
        let it = &peer.product;
        let Ok(code) = it.code.parse::<Code>() else { continue };
        grouper.take(Ok(Comparable {
            line,
            code,
            generic: it.generic.clone(),
            form: it.form.clone(),
            spec: it.spec.clone(),
            pack: it.pack.clone(),
            maker: it.maker.clone(),
            price: peer.price,
        }));
    }
    let Grouped { groups, left } = grouper.finish();
    let own =
        groups.iter().find(|group| group.members.iter().any(|m| m.listing.code.as_str() == product.code));
    for member in own.into_iter().flat_map(|group| &group.members) {
        if let Some(peer) = usize::try_from(member.listing.line).ok().and_then(|at| peers.get_mut(at)) {
            peer.unit = Some(member.price);
            peer.ratio = own.and_then(|group| member.price.over(group.lowest));
        }
    }
    for it in left {
        if let Some(peer) = usize::try_from(it.line).ok().and_then(|at| peers.get_mut(at)) {
            peer.left = Some(it);
        }
    }
    // Another strength is no peer; what could not be told apart is shown with its reason.
    peers.retain(|peer| peer.unit.is_some() || peer.left.is_some());
    peers.sort_by(|a, b| {
        (a.unit.is_none(), a.unit, &a.product.code, &a.region).cmp(&(
            b.unit.is_none(),
            b.unit,
            &b.product.code,
            &b.region,
        ))
    });
    let mut count = 0;
    peers.retain(|peer| {
        count += 1;
        count <= SHOWN || peer.product.id == product.id
    });
    Ok(peers)
}
