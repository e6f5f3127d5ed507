//! `/rules/drafts/{id}/edit`: the form of a draft, made from the description of the parameters.

use actix_web::{HttpResponse, web};
use askama::Template;
use toml::Table;

use crate::error::{Error, Result};
use crate::rounds::drafts;
use crate::rounds::parameter_kinds::{Field, Kind, Section};
use crate::rounds::rule_drafts::fields::{self, Fault, ON, Wrong};
use crate::rounds::rule_drafts::{self, RuleDraft};
use crate::rounds::rule_set::{Confidence, HEADER, MARKS, SECTIONS};
use crate::rounds::rule_text::{self, Difference};
use crate::text::{Say, Text, fill};
use crate::types::RuleDraftId;
use crate::web::form::Form;
use crate::web::{App, Officer, Page, page};

#[derive(Template)]
#[template(path = "rules/edit.html")]
struct Edit {
    page: Page,
    draft: RuleDraft,
    version: i32,
    header: Vec<Input>,
    sections: Vec<Group>,
    conflicts: Vec<Difference>,
}

/// A section as the form shows it.
struct Group {
    name: &'static str,
    label: String,
    optional: bool,
    on: bool,
    inputs: Vec<Input>,
    marks: Vec<Input>,
}

/// A field as the form shows it: a line of text, a day, a box, or lists to choose from.
struct Input {
    name: String,
    label: String,
    hint: String,
    kind: &'static str,
    value: String,
    required: bool,
    /// For each list its words with their names and whether they are chosen.
    choices: Vec<Vec<(String, String, bool)>>,
    fault: String,
}

/// The form's values and faults, from which its fields are made.
struct Shown<'a> {
    form: &'a Form,
    faults: &'a [(String, String)],
    t: &'static Text,
}

impl Shown<'_> {
    fn fault(&self, name: &str) -> String {
        self.faults.iter().find(|(field, _)| field == name).map(|(_, why)| why.clone()).unwrap_or_default()
    }

    fn line(&self, name: &str, kind: &'static str, hint: String, required: bool) -> Input {
        Input {
            name: name.to_owned(),
            label: self.t.parameter_key(name),
            hint,
            kind,
            value: self.form.text(name).to_owned(),
            required,
            choices: Vec::new(),
            fault: self.fault(name),
        }
    }

    /// As many lists as words can be chosen, one after another.
    fn lists(&self, name: &str, words: &[&str], lists: usize, optional: bool, hint: String) -> Input {
        let chosen: Vec<&str> = self.form.all(name).filter(|word| !word.is_empty()).collect();
        let list = |at: usize| {
            let now = chosen.get(at).copied().unwrap_or_default();
            let none = (String::new(), self.t.rule_drafts.nothing_chosen.to_owned(), now.is_empty());
            let all = words.iter().map(|word| {
                ((*word).to_owned(), format!("{} {word}", self.t.parameter_word(word)), *word == now)
            });
            (optional || now.is_empty()).then_some(none).into_iter().chain(all).collect()
        };
        let choices = (0..lists).map(list).collect();
        Input { choices, ..self.line(name, "select", hint, !optional) }
    }

    fn input(&self, section: &Section, field: &Field) -> Input {
        let name = section.full_name(field.key);
        let r = &self.t.rule_drafts;
        let bounds = field.bounds.map(|(low, high)| fill(r.bounds, &[("low", &low), ("high", &high)]));
        let bounds = bounds.unwrap_or_default();
        let required = !field.optional;
        match field.kind {
            Kind::YesNo => self.lists(name, &["true", "false"], 1, field.optional, bounds),
            Kind::Word(words) => self.lists(name, &words(), 1, field.optional, bounds),
            Kind::List(Kind::Word(words)) => {
                let words = words();
                self.lists(name, &words, words.len(), true, r.words_hint.to_owned())
            }
            Kind::List(Kind::Text) => self.line(name, "area", r.lines_hint.to_owned(), required),
            Kind::List(_) => self.line(name, "text", format!("{bounds} {}", r.list_hint), required),
            Kind::Day => self.line(name, "date", bounds, required),
            Kind::Number | Kind::Count | Kind::Text => self.line(name, "text", bounds, required),
        }
    }

    fn group(&self, section: &Section) -> Group {
        let [clause, source, confidence] = MARKS.map(|mark| section.full_name(mark));
        let words: Vec<&str> = Confidence::ALL.iter().map(|word| word.as_str()).collect();
        let marks = vec![
            self.line(clause, "area", String::new(), true),
            self.line(source, "area", String::new(), true),
            self.lists(confidence, &words, 1, false, String::new()),
        ];
        Group {
            name: section.name,
            label: self.t.parameter_key(section.name),
            optional: section.optional,
            on: !section.optional || !self.form.text(&format!("{ON}{}", section.name)).is_empty(),
            inputs: section.fields.iter().map(|field| self.input(section, field)).collect(),
            marks,
        }
    }
}

impl Group {
    fn has_fault(&self) -> bool {
        self.inputs.iter().chain(&self.marks).any(|input| !input.fault.is_empty())
    }
}

impl Edit {
    fn new(page: Page, draft: RuleDraft, form: &Form, faults: &[(String, String)]) -> Self {
        let shown = Shown { form, faults, t: page.t };
        let header = HEADER.iter().map(|key| shown.line(key, "text", String::new(), true)).collect();
        let sections = SECTIONS.iter().map(|section| shown.group(section)).collect();
        Self { version: draft.version, header, sections, conflicts: Vec::new(), draft, page }
    }

    fn shown(&self, value: &Option<String>) -> String {
        super::shown(value, self.page.t)
    }
}

/// The form of a draft that can be changed.
pub async fn form(
    page: Page,
    _who: Officer,
    app: web::Data<App>,
    id: web::Path<RuleDraftId>,
) -> Result<HttpResponse> {
    let draft = app
        .read(move |conn| {
            let draft = rule_drafts::draft(conn, &id)?;
            let waits = rule_drafts::request(conn, &id)?.is_some();
            drafts::is_open(draft.state, waits).map_err(Error::refused)?;
            Ok(draft)
        })
        .await?;
    let form = Form::from_pairs(fields::filled(&draft.body.parse().unwrap_or_default()));
    page::show(&Edit::new(page, draft, &form, &[]))
}

/// Saves it. Every field that will not do is told beside itself, and nothing is saved.
pub async fn change(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<RuleDraftId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, id) = (who.ctx(&app), id.into_inner());
    let seen: i32 = form.text("version").parse().unwrap_or(0);
    let read = fields::read(|name| form.all(name).map(str::to_owned).collect());
    let table = match read {
        Ok(table) => table,
        Err(faults) => return refused(page, &app, id, &form, &faults).await,
    };
    let (key, mine) = (id.clone(), table.clone());
    let saved = app.write(move |tx| rule_drafts::change(tx, &ctx, &key, seen, table.clone())).await;
    match saved {
        Ok(_) => Ok(page::see_done(&format!("/rules/drafts/{id}"))),
        Err(Error::Refused(why)) => {
            let fault = (why.field().unwrap_or_default().to_owned(), why.say(page.t));
            let page = page.refused(&*why);
            let draft = app.read(move |conn| rule_drafts::draft(conn, &id)).await?;
            let theirs: Table = draft.body.parse().unwrap_or_default();
            let is_conflict = draft.version != seen;
            let mut edit = Edit::new(page, draft, &form, &[fault]);
            if is_conflict {
                edit.conflicts = rule_text::between(&theirs, &mine);
            }
            page::show_refused(&edit)
        }
        Err(e) => Err(e),
    }
}

async fn refused(
    mut page: Page,
    app: &App,
    id: RuleDraftId,
    form: &Form,
    faults: &[Fault],
) -> Result<HttpResponse> {
    let told: Vec<(String, String)> =
        faults.iter().map(|fault| (fault.field.clone(), Wrong::say(&fault.why, page.t))).collect();
    let summary = fill(page.t.rule_drafts.faults, &[("n", &told.len())]);
    page.refusal = Some((String::new(), summary));
    page.done = false;
    let draft = app.read(move |conn| rule_drafts::draft(conn, &id)).await?;
    page::show_refused(&Edit::new(page, draft, form, &told))
}
