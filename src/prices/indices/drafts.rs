//! How a basket comes about: drafted, changed, weighed, asked for, decided by a second person, followed by another version.

use super::{Basket, BasketItem, Document, Origin, Refused, SUBJECT, State, basket, count, document, store};
use crate::audit::{self, Deed};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::notify::{self, Letter, Recipient};
use crate::people::{self, Role};
use crate::types::{BasketId, Ctx, ProductId};

fn record(tx: &mut Tx, ctx: &Ctx, action: &str, before: &Basket, after: &Basket) -> Result<()> {
    audit::record(tx, ctx, Deed { action, subject: SUBJECT, id: after.id.as_str() }, before, after)
}

/// Enters a first draft. The same form sent twice makes one.
pub fn draft(tx: &mut Tx, ctx: &Ctx, id: &BasketId, name: &str, given: Document) -> Result<()> {
    if store::basket(tx.conn(), id)?.is_some() {
        return Ok(());
    }
    let name = document::name(name)?;
    let latest = store::latest(tx.conn(), &name)?;
    if latest.as_ref().is_some_and(|it| it.state != State::Discarded) {
        return Err(Refused::NameTaken(name).into());
    }
    let version = latest.map_or(1, |it| it.version.saturating_add(1));
    let it = given.checked()?.into_basket(id.clone(), name, version, ctx.now);
    store::insert(tx, &it)?;
    audit::record(tx, ctx, Deed { action: "basket.draft", subject: SUBJECT, id: id.as_str() }, &(), &it)
}

/// Makes a new version of an approved basket, as a draft with the same items; asked twice it is made once.
pub fn copy(tx: &mut Tx, ctx: &Ctx, of: &BasketId, id: &BasketId) -> Result<()> {
    if store::basket(tx.conn(), id)?.is_some() {
        return Ok(());
    }
    let before = basket(tx.conn(), of)?;
    let latest = store::latest(tx.conn(), &before.name)?.ok_or(Error::NotFound)?;
    if matches!(latest.state, State::Draft | State::Asked) {
        return Err(Refused::OpenDraft(latest.version).into());
    }
    let it = Basket {
        id: id.clone(),
        version: latest.version.saturating_add(1),
        to_month: None,
        state: State::Draft,
        revision: 1,
        created_at: ctx.now,
        asked_by: None,
        asked_at: None,
        decided_by: None,
        decided_at: None,
        remark: String::new(),
        counted_to: 0,
        counted_at: None,
        ..before
    };
    store::insert(tx, &it)?;
    store::copy_items(tx, of, id)?;
    audit::record(tx, ctx, Deed { action: "basket.copy", subject: SUBJECT, id: id.as_str() }, &of, &it)
}

/// A draft that stands as the reader has seen it.
pub(super) fn draft_seen(tx: &mut Tx, id: &BasketId, revision: i32) -> Result<Basket> {
    let it = basket(tx.conn(), id)?;
    if it.state != State::Draft {
        return Err(Refused::NotDraft.into());
    }
    if it.revision != revision {
        return Err(Refused::Stale.into());
    }
    Ok(it)
}

/// Changes a draft. A base period that moves takes computed weights away: they are of another time.
pub fn change(tx: &mut Tx, ctx: &Ctx, id: &BasketId, revision: i32, given: Document) -> Result<()> {
    let before = draft_seen(tx, id, revision)?;
    let fresh =
        given.checked()?.into_basket(id.clone(), before.name.clone(), before.version, before.created_at);
    if fresh.kind != before.kind && store::has_items(tx.conn(), id)? {
        return Err(Refused::KindFixed.into());
    }
    let after =
        Basket { revision: before.revision.saturating_add(1), remark: before.remark.clone(), ..fresh };
    if (after.base_from, after.base_months) != (before.base_from, before.base_months) {
        store::open_computed(tx, id)?;
    }
    store::update(tx, &after)?;
    record(tx, ctx, "basket.change", &before, &after)
}

/// Marks a draft as changed, for what is written beside it.
pub(super) fn touch(tx: &mut Tx, before: &Basket) -> Result<Basket> {
    let after = Basket { revision: before.revision.saturating_add(1), ..before.clone() };
    store::update(tx, &after)?;
    Ok(after)
}

/// Sums the weights of the items that were given none from the purchases of the base period. Says how many items still
/// have none: what was not bought, net of returns, cannot be weighted.
pub fn weigh(tx: &mut Tx, ctx: &Ctx, id: &BasketId, revision: i32) -> Result<usize> {
    let before = draft_seen(tx, id, revision)?;
    store::open_computed(tx, id)?;
    let items = store::items(tx.conn(), id)?;
    let open: Vec<&BasketItem> = items.iter().filter(|it| it.origin == Origin::Open).collect();
    let products: Vec<ProductId> = open.iter().map(|it| it.product_id.clone()).collect();
    let bought = store::bought(tx.conn(), &products, before.base_from, before.base_to())?;
    let mut missing = 0;
    for it in open {
        match bought.get(&it.product_id).filter(|it| it.is_priced()) {
            Some(base) => store::set_weight(tx, it, base)?,
            None => missing += 1,
        }
    }
    let after = touch(tx, &before)?;
    record(tx, ctx, "basket.weigh", &before, &after)?;
    Ok(missing)
}

/// Gives a draft up; done twice it is done once.
pub fn discard(tx: &mut Tx, ctx: &Ctx, id: &BasketId, revision: i32) -> Result<()> {
    if basket(tx.conn(), id)?.state == State::Discarded {
        return Ok(());
    }
    let before = draft_seen(tx, id, revision)?;
    let after =
        Basket { state: State::Discarded, revision: before.revision.saturating_add(1), ..before.clone() };
    store::update(tx, &after)?;
    record(tx, ctx, "basket.discard", &before, &after)
}

fn path(id: &BasketId) -> String {
    format!("/indices/{id}")
}

/// Asks for a second person. Asked twice by the same person it is asked once.
pub fn ask(tx: &mut Tx, ctx: &Ctx, id: &BasketId, revision: i32) -> Result<()> {
    let asker = ctx.actor.account.clone().ok_or(Error::Forbidden)?;
    let known = basket(tx.conn(), id)?;
    if known.state == State::Asked && known.asked_by.as_ref() == Some(&asker) {
        return Ok(());
    }
    let before = draft_seen(tx, id, revision)?;
    let items = store::items(tx.conn(), id)?;
    document::ready(&before, &items, store::earlier(tx.conn(), &before)?.as_ref())?;
    let after = Basket {
        state: State::Asked,
        revision: before.revision.saturating_add(1),
        asked_by: Some(asker),
        asked_at: Some(ctx.now),
        remark: String::new(),
        ..before.clone()
    };
    store::update(tx, &after)?;
    record(tx, ctx, "basket.ask", &before, &after)?;
    for reviewer in people::recipients_with(tx.conn(), Role::Reviewer)? {
        let t = reviewer.lang.text();
        let letter = Letter::ApprovalAsked {
            number: format!("{} v{}", after.name, after.version),
            title: after.title(t).to_owned(),
            path: path(id),
            action: t.indices.action.to_owned(),
            by: ctx.actor.name.clone(),
        };
        notify::post(tx, ctx, &reviewer, &letter, &format!("basket.asked:{id}:{}", after.revision))?;
    }
    Ok(())
}

/// Takes a request back, so that the draft can be changed again.
pub fn withdraw(tx: &mut Tx, ctx: &Ctx, id: &BasketId) -> Result<()> {
    let before = basket(tx.conn(), id)?;
    match before.state {
        State::Draft => return Ok(()),
        State::Asked => {}
        State::Approved | State::Discarded => return Err(Refused::Decided.into()),
    }
    let after = Basket { state: State::Draft, revision: before.revision.saturating_add(1), ..before.clone() };
    store::update(tx, &after)?;
    record(tx, ctx, "basket.withdraw", &before, &after)
}

/// A reviewer, never the one who asked, decides: a yes ends the version before it and lets this one be counted; a no
/// needs a remark and gives the draft back. Of two at once the second is told.
pub fn decide(tx: &mut Tx, ctx: &Ctx, id: &BasketId, revision: i32, yes: bool, remark: &str) -> Result<()> {
    let decider = ctx.actor.account.clone().ok_or(Error::Forbidden)?;
    let before = basket(tx.conn(), id)?;
    document::may_decide(&before, &decider, revision, yes, remark)?;
    if yes && let Some(earlier) = store::earlier(tx.conn(), &before)? {
        let last = before.from_month.pred_opt().map(count::month_of);
        if earlier.to_month.is_none_or(|to| last.is_some_and(|last| to > last)) {
            let ended = Basket { to_month: last, ..earlier.clone() };
            store::update(tx, &ended)?;
            record(tx, ctx, "basket.end", &earlier, &ended)?;
        }
    }
    let after = Basket {
        state: if yes { State::Approved } else { State::Draft },
        revision: before.revision.saturating_add(1),
        decided_by: Some(decider),
        decided_at: Some(ctx.now),
        remark: remark.trim().to_owned(),
        ..before.clone()
    };
    store::update(tx, &after)?;
    record(tx, ctx, "basket.decide", &before, &after)?;
    answer(tx, ctx, &after)
}

/// Writes the decision to whoever asked.
fn answer(tx: &mut Tx, ctx: &Ctx, it: &Basket) -> Result<()> {
    let Some(asker) = it.asked_by.as_ref() else { return Ok(()) };
    let Some(asker) = people::store::account(tx.conn(), asker)? else { return Ok(()) };
    let t = asker.lang.text();
    let is_yes = it.state == State::Approved;
    let letter = Letter::ApprovalDecided {
        number: format!("{} v{}", it.name, it.version),
        title: it.title(t).to_owned(),
        path: path(&it.id),
        action: t.indices.action.to_owned(),
        decision: if is_yes { t.indices.approved } else { t.indices.rejected }.to_owned(),
        by: ctx.actor.name.clone(),
        remark: if it.remark.is_empty() { t.common.none.to_owned() } else { it.remark.clone() },
    };
    let to = Recipient { account: Some(asker.id), address: asker.email, lang: asker.lang };
    notify::post(tx, ctx, &to, &letter, &format!("basket.decided:{}:{}", it.id, it.revision))
}
