//! What a hospital bought in a year, summed from accepted receipts and returns: by contract, or by product without one.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Nullable, Text};

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::payments::retention::{Plan, Purchase, PurchaseKind};
use crate::rounds::Lot;
use crate::types::{
    ContractId, LotId, OrderId, OrderLineId, OrganisationId, ProductId, Quantity, ReceiptId, RoundId,
    UnitPrice,
};

/// Products of the plan's generics that can be bought without a contract: generic and whether it is evaluated.
pub type Products = BTreeMap<ProductId, (String, bool)>;

/// The products of the catalogue that are of a generic of the lots: by generic key, else by generic name.
pub fn products(conn: &mut Conn, lots: &[Lot]) -> Result<Products> {
    let mut found = Products::new();
    for lot in lots {
        for (id, evaluated) in products_of(conn, lot)? {
            found.entry(id).or_insert_with(|| (lot.generic.clone(), evaluated));
        }
    }
    Ok(found)
}

fn products_of(conn: &mut Conn, lot: &Lot) -> Result<Vec<(ProductId, bool)>> {
    use crate::schema::products;
    let mut query = products::table.select((products::id, products::evaluated)).into_boxed();
    query = match lot.generic_key.is_empty() {
        true => query.filter(products::generic.eq(lot.generic.clone())),
        false => query.filter(
            products::generic_key.eq(lot.generic_key.clone()).or(products::generic.eq(lot.generic.clone())),
        ),
    };
    Ok(query.order(products::id).load(conn)?)
}

/// A contract of a hospital as far as a plan needs it: generic and agreed volume of the year.
#[derive(Debug, Clone)]
pub struct Agreed {
    /// The generic of its lot.
    pub generic: String,
    /// Agreed for the year; `None` when the contract has no volume in it.
    pub quantity: Option<Quantity>,
}

/// The contracts of a hospital in the plan's round. A volume belongs to the plan in whose year it begins.
pub fn agreed(
    conn: &mut Conn,
    plan: &Plan,
    hospital: &OrganisationId,
    generics: &BTreeMap<LotId, String>,
) -> Result<BTreeMap<ContractId, Agreed>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        id: ContractId,
        #[diesel(sql_type = Text)]
        lot_id: LotId,
        #[diesel(sql_type = Nullable<BigInt>)]
        agreed: Option<i64>,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT c.id AS id, c.lot_id AS lot_id, CAST(SUM(v.agreed) AS BIGINT) AS agreed
         FROM contracts c
         LEFT JOIN agreed_volumes v ON v.contract_id = c.id AND v.starts >= $1 AND v.starts <= $2
         WHERE c.hospital_id = $3 AND c.round_id = $4
         GROUP BY c.id, c.lot_id ORDER BY c.id",
    )
    .bind::<Date, _>(plan.starts)
    .bind::<Date, _>(plan.ends)
    .bind::<Text, _>(hospital)
    .bind::<Text, _>(&plan.round_id)
    .load(conn)?;
    let named = |row: Row| {
        let generic = generics.get(&row.lot_id)?.clone();
        Some((row.id, Agreed { generic, quantity: row.agreed.map(Quantity::from_scaled) }))
    };
    Ok(rows.into_iter().filter_map(named).collect())
}

/// What was bought under one contract, or of one product without one, at one price.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, QueryableByName)]
struct Bought {
    #[diesel(sql_type = Nullable<Text>)]
    contract_id: Option<ContractId>,
    #[diesel(sql_type = Nullable<Text>)]
    product_id: Option<ProductId>,
    #[diesel(sql_type = Bool)]
    has_volume: bool,
    #[diesel(sql_type = BigInt)]
    unit_price: i64,
    #[diesel(sql_type = BigInt)]
    quantity: i64,
}

/// What a hospital accepted from one day to another, in `receipts`, or sent back, in `returns`, whenever it was
/// accepted. One range of the table's index on hospital and day gives its rows, their order lines are found by key.
fn moved(
    conn: &mut Conn,
    (table, quantity, day): (&str, &str, &str),
    hospital: &OrganisationId,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Bought>> {
    Ok(diesel::sql_query(format!(
        "SELECT l.contract_id AS contract_id, CASE WHEN l.contract_id IS NULL THEN l.product_id END AS product_id,
                (l.volume_id IS NOT NULL) AS has_volume, l.unit_price AS unit_price,
                CAST(SUM(r.{quantity}) AS BIGINT) AS quantity
         FROM {table} r INNER JOIN order_lines l ON l.id = r.order_line_id
         WHERE r.hospital_id = $1 AND r.{day} >= $2 AND r.{day} <= $3
         GROUP BY 1, 2, 3, 4",
    ))
    .bind::<Text, _>(hospital)
    .bind::<Date, _>(from)
    .bind::<Date, _>(to)
    .load(conn)?)
}

/// The purchases of a hospital in the plan's year that are of its generics, in a fixed order. Purchases of other
/// rounds' contracts and of other products are left out.
pub fn of_hospital(
    conn: &mut Conn,
    plan: &Plan,
    hospital: &OrganisationId,
    contracts: &BTreeMap<ContractId, Agreed>,
    products: &Products,
) -> Result<Vec<Purchase>> {
    type Key = (Option<ContractId>, Option<ProductId>, bool, i64);
    let mut sums: BTreeMap<Key, (i64, i64)> = BTreeMap::new();
    for it in moved(conn, ("receipts", "accepted", "received_on"), hospital, plan.starts, plan.ends)? {
        sums.entry((it.contract_id, it.product_id, it.has_volume, it.unit_price)).or_default().0 =
            it.quantity;
    }
    for it in moved(conn, ("returns", "quantity", "returned_on"), hospital, plan.starts, plan.ends)? {
        sums.entry((it.contract_id, it.product_id, it.has_volume, it.unit_price)).or_default().1 =
            it.quantity;
    }
    let mut list = Vec::new();
    for ((contract_id, product_id, has_volume, price), (accepted, returned)) in sums {
        if (accepted, returned) == (0, 0) {
            continue;
        }
        let (generic, kind) = match (&contract_id, &product_id) {
            (Some(contract), _) => {
                let Some(it) = contracts.get(contract) else { continue };
                (&it.generic, if has_volume { PurchaseKind::Selected } else { PurchaseKind::Above })
            }
            (None, Some(product)) => {
                let Some((generic, evaluated)) = products.get(product) else { continue };
                (generic, if *evaluated { PurchaseKind::Evaluated } else { PurchaseKind::Other })
            }
            (None, None) => continue,
        };
        list.push(Purchase {
            plan_id: plan.id.clone(),
            hospital_id: hospital.clone(),
            position: 0,
            generic: generic.clone(),
            kind,
            contract_id,
            product_id,
            unit_price: UnitPrice::from_scaled(price),
            accepted: Quantity::from_scaled(accepted),
            returned: Quantity::from_scaled(returned),
        });
    }
    list.sort_by(|a, b| (&a.generic, a.kind).cmp(&(&b.generic, b.kind)));
    for (it, n) in list.iter_mut().zip(1..) {
        it.position = n;
    }
    Ok(list)
}

/// An accepted receipt or a return behind a purchase, as a page shows it.
#[derive(Debug, Clone, QueryableByName)]
pub struct Behind {
    /// The day.
    #[diesel(sql_type = Date)]
    pub day: NaiveDate,
    /// The receipt or return.
    #[diesel(sql_type = Text)]
    pub id: ReceiptId,
    /// Its order.
    #[diesel(sql_type = Text)]
    pub order_id: OrderId,
    /// The order's number.
    #[diesel(sql_type = Text)]
    pub number: String,
    /// Its order line.
    #[diesel(sql_type = Text)]
    pub line_id: OrderLineId,
    /// Whether it is a return.
    #[diesel(sql_type = Bool)]
    pub is_return: bool,
    /// Accepted or sent back.
    #[diesel(sql_type = BigInt)]
    pub quantity: i64,
}

impl Behind {
    /// Accepted, or sent back as a quantity below zero.
    pub fn net(&self) -> Quantity {
        Quantity::from_scaled(if self.is_return { self.quantity.saturating_neg() } else { self.quantity })
    }

    /// Where the next page of rows begins.
    pub fn place(&self) -> String {
        format!("{}.{}", self.day, self.id)
    }
}

const BEHIND: &str = "
    SELECT b.day AS day, b.id AS id, o.id AS order_id, o.number AS number, l.id AS line_id,
           b.is_return AS is_return, b.quantity AS quantity
    FROM order_lines l
    INNER JOIN orders o ON o.id = l.order_id
    INNER JOIN (
        SELECT received_on AS day, id, order_line_id, (1 = 0) AS is_return, accepted AS quantity
        FROM receipts WHERE hospital_id = $1 AND received_on >= $2 AND received_on <= $3 AND accepted > 0
        UNION ALL
        SELECT returned_on AS day, id, order_line_id, (1 = 1) AS is_return, quantity
        FROM returns WHERE hospital_id = $1 AND returned_on >= $2 AND returned_on <= $3
    ) b ON b.order_line_id = l.id
    WHERE ";

/// The receipts and returns that a purchase is the sum of, by day, after a place: one range of one hospital.
pub fn behind(conn: &mut Conn, plan: &Plan, of: &Purchase, after: &str, limit: i64) -> Result<Vec<Behind>> {
    let (day, id) = match after.split_once('.') {
        Some((day, id)) => (day.parse().map_err(|_| Error::NotFound)?, id.to_owned()),
        None => (plan.starts, String::new()),
    };
    let (source, source_id) = match (&of.contract_id, &of.product_id) {
        (Some(id), _) => ("l.contract_id = $4", id.to_string()),
        (None, Some(id)) => ("l.contract_id IS NULL AND l.product_id = $4", id.to_string()),
        (None, None) => return Ok(Vec::new()),
    };
    let volume = match of.kind {
        PurchaseKind::Selected => " AND l.volume_id IS NOT NULL",
        _ => " AND l.volume_id IS NULL",
    };
    let sql = format!(
        "{BEHIND}{source}{volume} AND l.unit_price = $5 AND (b.day > $6 OR (b.day = $6 AND b.id > $7))
         ORDER BY b.day, b.id LIMIT $8"
    );
    Ok(diesel::sql_query(sql)
        .bind::<Text, _>(&of.hospital_id)
        .bind::<Date, _>(plan.starts)
        .bind::<Date, _>(plan.ends)
        .bind::<Text, _>(source_id)
        .bind::<BigInt, _>(of.unit_price)
        .bind::<Date, _>(day)
        .bind::<Text, _>(id)
        .bind::<BigInt, _>(limit)
        .load(conn)?)
}

/// Contracts confirmed for the plan's year that have no agreed volume in it yet.
pub fn without_volume(conn: &mut Conn, plan: &Plan) -> Result<Vec<ContractId>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        id: ContractId,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT c.id AS id FROM contracts c
         WHERE c.round_id = $1 AND c.state = 'confirmed' AND c.starts <= $2 AND c.ends >= $2
           AND NOT EXISTS (SELECT 1 FROM agreed_volumes v
                           WHERE v.contract_id = c.id AND v.starts >= $2 AND v.starts <= $3)",
    )
    .bind::<Text, _>(&plan.round_id)
    .bind::<Date, _>(plan.starts)
    .bind::<Date, _>(plan.ends)
    .load(conn)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The generics of a round's lots that have contracts.
pub fn generics(lots: &[Lot]) -> BTreeMap<LotId, String> {
    lots.iter().map(|lot| (lot.id.clone(), lot.generic.clone())).collect()
}

/// The numbers of contracts and codes of products, for the names of purchases.
pub fn names(conn: &mut Conn, of: &[Purchase]) -> Result<BTreeMap<String, (String, String)>> {
    use crate::schema::{contracts, products};
    let ids: Vec<ContractId> = of.iter().filter_map(|it| it.contract_id.clone()).collect();
    let found: Vec<(ContractId, String, String)> = contracts::table
        .filter(contracts::id.eq_any(ids))
        .select((contracts::id, contracts::number, contracts::product))
        .load(conn)?;
    let mut names: BTreeMap<String, (String, String)> =
        found.into_iter().map(|(id, number, product)| (id.to_string(), (number, product))).collect();
    let ids: Vec<ProductId> = of.iter().filter_map(|it| it.product_id.clone()).collect();
    let found: Vec<(ProductId, String, String)> = products::table
        .filter(products::id.eq_any(ids))
        .select((products::id, products::code, products::maker))
        .load(conn)?;
    names.extend(found.into_iter().map(|(id, code, maker)| (id.to_string(), (code, maker))));
    Ok(names)
}

/// The rounds contracts were drawn up for, newest first: what a plan can be made of.
pub fn rounds(conn: &mut Conn) -> Result<Vec<(RoundId, String, String)>> {
    crate::contracts::store::rounds_with_contracts(conn)
}
