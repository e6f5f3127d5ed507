//! Opening cases: from the findings of the scan, in parts and without end of memory, and by hand.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::rules;
use super::{Case, Event, EventKind, Origin, Refused, SUBJECT, State, closing, store};
use crate::audit::{self, Deed};
use crate::catalog;
use crate::db::{self, Db, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter, News};
use crate::people::{self, Role};
use crate::prices::monitoring::Tier;
use crate::terms::{self, Term};
use crate::types::{CaseEventId, CaseId, Ctx, FindingId, Money, OrganisationId, ProductId};

/// Rules and products looked at in one transaction.
const PART: i64 = 200;
/// Cases counted anew in one transaction.
const COUNTED: i64 = 500;

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Cases opened.
    pub opened: usize,
    /// Closed cases opened again.
    pub reopened: usize,
    /// Findings that joined a case.
    pub joined: usize,
    /// Open cases whose figures changed.
    pub recounted: usize,
}

/// Puts every standing finding at or above the tier set for today, and without a case, into the case of its rule and
/// product: one is opened where there is none, and a closed one is opened again when the finding's month lies after the
/// month of closing, or when its listing, which has no month of its own, was found again after it. Then the figures of
/// open cases are counted anew. Run again it changes nothing.
pub fn open_due(db: &Db, ctx: &Ctx) -> Result<Tally> {
    let least = db.read(|conn| terms::whole(conn, Term::CaseTier, ctx.now.day()))?;
    let tiers = rules::tiers_from(least);
    let mut tally = Tally::default();
    let mut after = (String::new(), String::new());
    loop {
        let (next, part) = db.write(|tx| open_part(tx, ctx, &tiers, &after))?;
        tally.opened += part.opened;
        tally.reopened += part.reopened;
        tally.joined += part.joined;
        match next {
            Some(last) => after = last,
            None => break,
        }
    }
    loop {
        let again = db.write(|tx| open_returned(tx, ctx))?;
        if again == 0 {
            break;
        }
        tally.reopened += again;
    }
    let mut after = None;
    loop {
        let (next, changed) = db.write(|tx| recount(tx, ctx, after.as_ref()))?;
        tally.recounted += changed;
        match next {
            Some(last) => after = Some(last),
            None => break,
        }
    }
    db.write(|tx| announce(tx, ctx))?;
    Ok(tally)
}

type Place = (String, String);

/// The next rules and products after a place, in one transaction; the last place, if there may be more.
fn open_part(tx: &mut Tx, ctx: &Ctx, tiers: &[Tier], after: &Place) -> Result<(Option<Place>, Tally)> {
    let groups = store::uncased(tx.conn(), tiers, after, PART)?;
    let Some(last) = groups.last() else { return Ok((None, Tally::default())) };
    let last = (last.product_id.to_string(), last.rule.clone());
    let products: Vec<ProductId> =
        groups.iter().map(|it| it.product_id.clone()).collect::<BTreeSet<_>>().into_iter().collect();
    let known: BTreeMap<(ProductId, String), Case> = store::cases_of(tx.conn(), &products)?
        .into_iter()
        .map(|case| ((case.product_id.clone(), case.rule.clone()), case))
        .collect();
    let fresh: Vec<&store::Uncased> =
        groups.iter().filter(|it| !known.contains_key(&(it.product_id.clone(), it.rule.clone()))).collect();
    let made = make(tx, ctx, &fresh, &products)?;
    let joined = store::join(tx, tiers, after, &last)?;
    let mut tally = Tally { opened: made.len(), joined, ..Tally::default() };
    // Figures before the letters that name them, and before a case is opened again.
    for case in made.iter().chain(known.values()) {
        count(tx, ctx, case)?;
    }
    let numbers: Vec<&str> = made.iter().map(|case| case.number.as_str()).collect();
    let deed = Deed { action: "case.open", subject: SUBJECT, id: "" };
    audit::record(tx, ctx, deed, &(), &serde_json::json!({ "opened": numbers, "joined": joined }))?;
    for group in &groups {
        let Some(case) = known.get(&(group.product_id.clone(), group.rule.clone())) else { continue };
        let closed = case.closed_at.filter(|_| case.state == State::Closed);
        if closed.is_some_and(|at| rules::returns(at.day(), group.month)) {
            let counted = super::case(tx.conn(), &case.id)?;
            closing::open_again(tx, ctx, &counted, "")?;
            tally.reopened += 1;
        }
    }
    Ok((Some(last), tally))
}

/// Opens the next closed cases again whose listings were found again; how many.
fn open_returned(tx: &mut Tx, ctx: &Ctx) -> Result<usize> {
    let closed = store::returned(tx.conn(), PART)?;
    for id in &closed {
        let case = super::case(tx.conn(), id)?;
        closing::open_again(tx, ctx, &case, "")?;
    }
    Ok(closed.len())
}

/// New cases, one for each rule and product, entered at once.
fn make(tx: &mut Tx, ctx: &Ctx, fresh: &[&store::Uncased], products: &[ProductId]) -> Result<Vec<Case>> {
    if fresh.is_empty() {
        return Ok(Vec::new());
    }
    let makers: HashMap<ProductId, OrganisationId> = store::makers(tx.conn(), products)?;
    let day = ctx.now.day();
    let first = db::next_numbers(tx, &counter(ctx), i64::try_from(fresh.len()).map_err(Error::fault_of)?)?;
    let cases: Vec<Case> = fresh
        .iter()
        .zip(first..)
        .map(|(group, running)| Case {
            number: rules::case_number(day, running),
            rule: group.rule.clone(),
            supplier_id: makers.get(&group.product_id).cloned(),
            ..new(ctx, CaseId::new(), &group.product_id, Origin::Scan)
        })
        .collect();
    store::insert(tx, &cases)?;
    let events: Vec<Event> = cases.iter().map(|case| opened(ctx, case, "")).collect();
    store::insert_events(tx, &events)?;
    Ok(cases)
}

fn counter(ctx: &Ctx) -> String {
    format!("cases:{}", ctx.now.day().format("%Y"))
}

fn opened(ctx: &Ctx, case: &Case, reason: &str) -> Event {
    Event {
        id: CaseEventId::new(),
        case_id: case.id.clone(),
        cycle: 1,
        kind: EventKind::Opened,
        about: case.rule.clone(),
        remark: reason.to_owned(),
        at: ctx.now,
        account_id: ctx.actor.account.clone(),
    }
}

/// A case with nothing in it.
fn new(ctx: &Ctx, id: CaseId, product: &ProductId, origin: Origin) -> Case {
    Case {
        id,
        number: String::new(),
        origin,
        rule: String::new(),
        product_id: product.clone(),
        supplier_id: None,
        state: State::New,
        cycle: 1,
        level: 0,
        tier: Tier::None,
        assignee_id: None,
        step: None,
        due_on: None,
        reason: String::new(),
        findings: 0,
        effect: Money::ZERO,
        hospitals: 0,
        months: 0,
        first_month: None,
        last_month: None,
        counted_at: ctx.now,
        opened_at: ctx.now,
        opened_by: ctx.actor.account.clone(),
        closed_at: None,
        closing: None,
        closing_text: String::new(),
        version: 1,
    }
}

/// Counts a case's findings anew and writes what changed; whether something did. The scan's figures are its own: the
/// version people act on stays.
fn count(tx: &mut Tx, ctx: &Ctx, case: &Case) -> Result<bool> {
    let counted = store::counted(tx.conn(), case, ctx.now)?;
    let is_same = Case { counted_at: case.counted_at, ..counted.clone() } == *case;
    if !is_same {
        store::update(tx, &counted)?;
    }
    Ok(!is_same)
}

/// Counts the open cases after one anew, in one transaction; the last, if there may be more, and how many changed.
fn recount(tx: &mut Tx, ctx: &Ctx, after: Option<&CaseId>) -> Result<(Option<CaseId>, usize)> {
    let open = store::open_cases(tx.conn(), after, COUNTED)?;
    let figures = store::figures_of(tx.conn(), &open)?;
    let mut changed = 0;
    for case in &open {
        let counted = figures.get(&case.id).cloned().unwrap_or_default().put(case, ctx.now);
        if (Case { counted_at: case.counted_at, ..counted.clone() }) != *case {
            store::update(tx, &counted)?;
            changed += 1;
        }
    }
    Ok((open.last().map(|case| case.id.clone()), changed))
}

/// Tells the officers of cases that wait to be given to somebody, once after each run that opened some.
fn announce(tx: &mut Tx, ctx: &Ctx) -> Result<()> {
    let Some(newest) = store::newest_scanned(tx.conn())? else { return Ok(()) };
    let waiting = store::waiting(tx.conn())?;
    if waiting == 0 {
        return Ok(());
    }
    let letter = Letter::Supply {
        news: News::CasesOpened,
        number: newest.clone(),
        title: String::new(),
        path: "/cases?state=new".to_owned(),
        detail: waiting.to_string(),
    };
    for to in people::recipients_with(tx.conn(), Role::Officer)? {
        notify::post(tx, ctx, &to, &letter, &format!("cases_opened:{newest}"))?;
    }
    Ok(())
}

/// What an officer opens a case with.
#[derive(Debug, Clone)]
pub struct New {
    /// The case's id, from the form.
    pub id: CaseId,
    /// The product's code.
    pub code: String,
    /// Why.
    pub reason: String,
    /// The findings picked; may be none.
    pub findings: Vec<FindingId>,
}

/// Opens a case by hand. Findings of one rule make it that rule's case, which later findings join; of several rules, or
/// without findings, it is a case of its own. There is at most one open case for a rule and product. The same form sent
/// twice opens one.
pub fn open(tx: &mut Tx, ctx: &Ctx, new_case: &New) -> Result<()> {
    if store::case(tx.conn(), &new_case.id)?.is_some() {
        return Ok(());
    }
    let code = new_case.code.trim().to_uppercase();
    let product = catalog::by_code(tx.conn(), &code)?.ok_or(Refused::NoProduct(code))?;
    let reason = rules::text(&new_case.reason, "reason")?;
    if new_case.findings.len() > rules::PICKED {
        return Err(Refused::Findings(rules::PICKED).into());
    }
    let picked: BTreeSet<FindingId> = new_case.findings.iter().cloned().collect();
    let picked: Vec<FindingId> = picked.into_iter().collect();
    let rules_picked = store::rules_of(tx.conn(), &product.id, &picked)?;
    if rules_picked.iter().map(|(_, count)| count).sum::<i64>()
        != i64::try_from(picked.len()).map_err(Error::fault_of)?
    {
        return Err(Refused::Finding.into());
    }
    let rule = match rules_picked.as_slice() {
        [(rule, _)] => rule.clone(),
        _ => String::new(),
    };
    let same = store::cases_of(tx.conn(), std::slice::from_ref(&product.id))?;
    let same = same.into_iter().filter(|case| case.rule == rule);
    for case in same {
        match case.state {
            State::Closed if rule.is_empty() => {}
            State::Closed => return Err(Refused::WasClosed(case.number).into()),
            State::New | State::Handling => return Err(Refused::IsOpen(case.number).into()),
        }
    }
    let makers = store::makers(tx.conn(), std::slice::from_ref(&product.id))?;
    let running = db::next_number(tx, &counter(ctx))?;
    let case = Case {
        number: rules::case_number(ctx.now.day(), running),
        rule,
        supplier_id: makers.get(&product.id).cloned(),
        reason: reason.clone(),
        ..new(ctx, new_case.id.clone(), &product.id, Origin::Hand)
    };
    store::insert(tx, std::slice::from_ref(&case))?;
    store::pick(tx, &case.id, &picked)?;
    store::insert_events(tx, &[opened(ctx, &case, &reason)])?;
    count(tx, ctx, &case)?;
    let after = super::case(tx.conn(), &case.id)?;
    let deed = Deed { action: "case.open", subject: SUBJECT, id: case.id.as_str() };
    audit::record(tx, ctx, deed, &(), &serde_json::json!({ "case": after, "findings": picked }))
}
