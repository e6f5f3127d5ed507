//! What was done in a case, by time: its steps with their replies, and what else happened.

use std::collections::HashMap;

use crate::awards::documents::{self, Listed};
use crate::cases::{Case, Closing, Event, EventKind, Reply, Step, StepState, steps, store};
use crate::catalog;
use crate::db::Conn;
use crate::error::Result;
use crate::people::{self, Who};
use crate::text::Text;
use crate::types::{AccountId, Time};

/// A reply with who sent it and its files.
pub struct Answer {
    pub(super) it: Reply,
    pub(super) by: String,
    pub(super) files: Vec<Listed>,
}

/// A step with who took it, its files and its replies.
pub struct Taken {
    pub(super) it: Step,
    pub(super) by: String,
    pub(super) files: Vec<Listed>,
    pub(super) answers: Vec<Answer>,
    /// The replacement, named.
    pub(super) replacement: String,
}

impl Taken {
    /// The class its state is shown in.
    pub(super) fn class(&self) -> &'static str {
        super::step_class(self.it.state)
    }

    /// Whether the officer can record its outcome.
    pub(super) fn is_open(&self) -> bool {
        self.it.is_open()
    }

    /// The days of a suspension.
    pub(super) fn span(&self, t: &Text) -> String {
        match self.it.from_day {
            Some(from) => span(from, self.it.to_day, t),
            None => String::new(),
        }
    }

    /// Whether a reply is awaited.
    pub(super) fn waits(&self) -> bool {
        self.it.state == StepState::Sent
    }
}

/// `2026-11-27 – 2026-12-27`, or until it is lifted.
pub(super) fn span(from: chrono::NaiveDate, to: Option<chrono::NaiveDate>, t: &Text) -> String {
    match to {
        Some(to) => format!("{from} – {to}"),
        None => format!("{from} – {}", t.cases.until_lifted),
    }
}

/// Something that was done.
pub enum Item {
    /// A step.
    Step(Box<Taken>),
    /// Something else, and who did it.
    Event(Event, String),
}

impl Item {
    fn at(&self) -> Time {
        match self {
            Item::Step(step) => step.it.made_at,
            Item::Event(event, _) => event.at,
        }
    }
}

/// What an event is about, in words.
pub(super) fn about(event: &Event, t: &Text) -> String {
    match event.kind {
        EventKind::Closed => match event.about.parse::<Closing>() {
            Ok(closing) => closing.name(t).to_owned(),
            Err(_) => event.about.clone(),
        },
        _ => event.about.clone(),
    }
}

type Names = HashMap<AccountId, String>;

fn name(conn: &mut Conn, id: Option<&AccountId>, names: &mut Names) -> Result<String> {
    let Some(id) = id else { return Ok(String::new()) };
    if let Some(known) = names.get(id) {
        return Ok(known.clone());
    }
    let name = people::store::account_name(conn, Some(id))?;
    names.insert(id.clone(), name.clone());
    Ok(name)
}

/// The steps the reader may see, the first first.
pub(super) fn taken(conn: &mut Conn, who: &Who, case: &Case) -> Result<Vec<Taken>> {
    let mut names = Names::new();
    let mut answers: HashMap<_, Vec<Answer>> = HashMap::new();
    for it in store::replies_of(conn, &case.id)? {
        let by = name(conn, it.account_id.as_ref(), &mut names)?;
        let files = documents::of(conn, steps::reply_owner(&it.id))?;
        answers.entry(it.step_id.clone()).or_default().push(Answer { it, by, files });
    }
    let mut list = Vec::new();
    for it in super::steps(conn, who, &case.id)? {
        let replacement = match &it.replacement_id {
            Some(id) => {
                let product = catalog::product(conn, id)?;
                format!("{} {}", product.code, crate::cases::title(&product))
            }
            None => String::new(),
        };
        list.push(Taken {
            by: name(conn, it.made_by.as_ref(), &mut names)?,
            files: documents::of(conn, steps::step_owner(&it.id))?,
            answers: answers.remove(&it.id).unwrap_or_default(),
            replacement,
            it,
        });
    }
    Ok(list)
}

/// Everything that was done, by time.
pub(super) fn items(conn: &mut Conn, who: &Who, case: &Case) -> Result<Vec<Item>> {
    let mut names = Names::new();
    let mut items = Vec::new();
    for event in store::events_of(conn, &case.id)? {
        let by = name(conn, event.account_id.as_ref(), &mut names)?;
        items.push(Item::Event(event, by));
    }
    items.extend(taken(conn, who, case)?.into_iter().map(|step| Item::Step(Box::new(step))));
    items.sort_by_key(Item::at);
    Ok(items)
}
