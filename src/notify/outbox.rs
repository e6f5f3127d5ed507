//! Sending what waits in the outbox: claim with a lease, send outside any transaction, record the answer.
//!
//! A letter the server took is never sent again. When nobody knows (no answer, or this process died), it is
//! sent again under the same Message-ID, so that the reader's mail system can drop the second.

use askama::Template;
use diesel::prelude::*;

use crate::audit::{self, Deed};
use crate::db::{Conn, Db, Tx};
use crate::error::{Error, Result};
use crate::notify::smtp::{Answer, Office};
use crate::notify::{Letter, Mail, MailState, Written};
use crate::schema::mails;
use crate::text::Text;
use crate::types::{Ctx, MailId, Time};

/// Tries before a letter is given up.
pub const TRIES: i32 = 8;
/// Minutes to wait after the first, second … failed try; the last holds for the rest.
const BACK_OFF: [i64; 5] = [1, 5, 15, 60, 240];
/// Letters claimed at a time.
const BATCH: i64 = 10;
/// Letters sent in one run; the next run goes on.
const RUN: usize = 500;

#[derive(Template)]
#[template(path = "mail/letter.subject.txt")]
struct Subject<'a> {
    letter: &'a Written,
}

#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct Plain<'a> {
    t: &'a Text,
    letter: &'a Written,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    t: &'a Text,
    letter: &'a Written,
    link: &'a str,
}

/// A letter as it goes over the wire.
#[derive(Debug, PartialEq, Eq)]
pub struct Parts {
    /// The subject line.
    pub subject: String,
    /// The plain text.
    pub plain: String,
    /// The same as HTML.
    pub html: String,
}

/// Writes a mail in its reader's language.
pub fn render(mail: &Mail, base_url: &str) -> Result<Parts> {
    let t = mail.lang.text();
    let letter = serde_json::from_str::<Letter>(&mail.data)?.write(t);
    let link = format!("{base_url}{}", letter.path);
    Ok(Parts {
        // A line break in a subject would begin another header.
        subject: Subject { letter: &letter }.render()?.replace(['\r', '\n'], " "),
        plain: Plain { t, letter: &letter, link: &link }.render()?,
        html: Html { t, letter: &letter, link: &link }.render()?,
    })
}

/// What a run of the sender did.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Taken by the server.
    pub sent: usize,
    /// To be tried again later.
    pub later: usize,
    /// Given up.
    pub dead: usize,
    /// The server did not answer, so the rest was left for the next run.
    pub is_away: bool,
}

/// Sends every letter that is due. Stops when the server is away: trying the rest would only wait.
pub fn send_due(db: &Db, office: &Office, clock: &dyn Fn() -> Time) -> Result<Tally> {
    let mut tally = Tally::default();
    while tally.sent + tally.later + tally.dead < RUN && !tally.is_away {
        let batch = db.write(|tx| claim(tx, office, clock()))?;
        if batch.is_empty() {
            break;
        }
        let mut rest = batch.iter();
        for mail in rest.by_ref() {
            let answer = office.send(mail);
            let after = settle(mail, &answer, clock());
            db.write(|tx| record(tx, &after))?;
            match after.state {
                MailState::Sent => tally.sent += 1,
                MailState::Queued => tally.later += 1,
                MailState::Dead => tally.dead += 1,
            }
            if matches!(answer, Answer::Unknown(_)) {
                tally.is_away = true;
                break;
            }
        }
        let left: Vec<&MailId> = rest.map(|mail| &mail.id).collect();
        if !left.is_empty() {
            db.write(|tx| release(tx, &left))?;
        }
    }
    Ok(tally)
}

/// Takes letters that are due and held by nobody (or by a sender whose lease ran out).
fn claim(tx: &mut Tx, office: &Office, now: Time) -> Result<Vec<Mail>> {
    let due: Vec<Mail> = mails::table
        .filter(
            mails::state
                .eq(MailState::Queued)
                .and(mails::next_at.le(now))
                .and(mails::leased_until.is_null().or(mails::leased_until.le(now))),
        )
        .order((mails::next_at, mails::id))
        .limit(BATCH)
        .select(Mail::as_select())
        .load(tx.conn())?;
    let ids: Vec<&MailId> = due.iter().map(|mail| &mail.id).collect();
    // Long enough for every letter of the batch to time out, and as much again.
    let until = now.plus_millis(2 * BATCH * office.patience_millis());
    diesel::update(mails::table.filter(mails::id.eq_any(ids)))
        .set(mails::leased_until.eq(Some(until)))
        .execute(tx.conn())?;
    Ok(due)
}

fn release(tx: &mut Tx, ids: &[&MailId]) -> Result<()> {
    diesel::update(mails::table.filter(mails::id.eq_any(ids.to_vec())))
        .set(mails::leased_until.eq(None::<Time>))
        .execute(tx.conn())?;
    Ok(())
}

/// The mail as it is after an answer.
fn settle(mail: &Mail, answer: &Answer, now: Time) -> Mail {
    let attempts = mail.attempts + 1;
    let tried = Mail { attempts, leased_until: None, ..mail.clone() };
    let failed = |why: &str, state| Mail {
        state,
        error: why.chars().take(500).collect(),
        next_at: now.plus_millis(wait_millis(attempts)),
        ..tried.clone()
    };
    match answer {
        Answer::Taken => Mail { state: MailState::Sent, sent_at: Some(now), error: String::new(), ..tried },
        Answer::Refused(why) => failed(why, MailState::Dead),
        Answer::Later(why) | Answer::Unknown(why) if attempts >= TRIES => failed(why, MailState::Dead),
        Answer::Later(why) | Answer::Unknown(why) => failed(why, MailState::Queued),
    }
}

fn wait_millis(attempts: i32) -> i64 {
    let step = usize::try_from(attempts - 1).unwrap_or(0).min(BACK_OFF.len() - 1);
    BACK_OFF[step] * 60_000
}

/// Writes the answer, unless another sender has settled the letter meanwhile.
fn record(tx: &mut Tx, after: &Mail) -> Result<()> {
    diesel::update(mails::table.filter(mails::id.eq(&after.id).and(mails::state.eq(MailState::Queued))))
        .set((
            mails::state.eq(after.state),
            mails::attempts.eq(after.attempts),
            mails::next_at.eq(after.next_at),
            mails::leased_until.eq(after.leased_until),
            mails::error.eq(&after.error),
            mails::sent_at.eq(after.sent_at),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Puts a letter that was given up back into the queue.
pub fn retry(tx: &mut Tx, ctx: &Ctx, id: &MailId) -> Result<()> {
    let mail: Mail = mails::table.find(id).select(Mail::as_select()).first(tx.conn())?;
    if mail.state != MailState::Dead {
        return Ok(());
    }
    diesel::update(mails::table.find(id))
        .set((
            mails::state.eq(MailState::Queued),
            mails::attempts.eq(0),
            mails::next_at.eq(ctx.now),
            mails::leased_until.eq(None::<Time>),
        ))
        .execute(tx.conn())?;
    audit::record(
        tx,
        ctx,
        Deed { action: "mail.retry", subject: "mails", id: id.as_str() },
        &(mail.state, mail.attempts, &mail.error),
        &MailState::Queued,
    )
}

/// How many letters were given up.
pub fn dead(conn: &mut Conn) -> Result<i64> {
    Ok(mails::table.filter(mails::state.eq(MailState::Dead)).count().get_result(conn)?)
}

/// How many letters wait to be sent.
pub fn waiting(conn: &mut Conn) -> Result<i64> {
    Ok(mails::table.filter(mails::state.eq(MailState::Queued)).count().get_result(conn)?)
}

/// A page of letters, newest first.
pub fn page(
    conn: &mut Conn,
    state: Option<MailState>,
    before: Option<MailId>,
    limit: i64,
) -> Result<Vec<Mail>> {
    let mut query = mails::table.select(Mail::as_select()).into_boxed();
    if let Some(state) = state {
        query = query.filter(mails::state.eq(state));
    }
    if let Some(id) = before {
        query = query.filter(mails::id.lt(id));
    }
    Ok(query.order(mails::id.desc()).limit(limit).load(conn)?)
}

impl MailState {
    /// The state's name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            MailState::Queued => t.admin.mail_queued,
            MailState::Sent => t.admin.mail_sent,
            MailState::Dead => t.admin.mail_dead,
        }
    }
}

/// The Message-ID of a mail: the same at every try.
pub fn message_id(id: &MailId, base_url: &str) -> Result<String> {
    let host = base_url.split_once("://").map_or(base_url, |(_, rest)| rest);
    let host = host.split(['/', ':']).next().unwrap_or_default();
    if host.is_empty() {
        return Err(Error::fault("base_url has no host name"));
    }
    Ok(format!("<{id}@{host}>"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Lang;

    fn mail(attempts: i32) -> Mail {
        let letter = Letter::BidsOpened {
            number: "JH-1".to_owned(),
            title: "甲<乙>".to_owned(),
            path: "/rounds/1".to_owned(),
        };
        Mail {
            id: MailId::new(),
            account_id: None,
            address: "a@example.org".to_owned(),
            lang: Lang::Zh,
            template: letter.kind().to_owned(),
            data: serde_json::to_string(&letter).unwrap(),
            dedupe: String::new(),
            state: MailState::Queued,
            attempts,
            next_at: Time::from_millis(0),
            leased_until: Some(Time::from_millis(1)),
            error: "before".to_owned(),
            created_at: Time::from_millis(0),
            sent_at: None,
        }
    }

    #[test]
    fn each_failure_waits_longer_and_the_eighth_is_the_last() {
        let later = Answer::Later("451 busy".to_owned());
        let waits: Vec<i64> = (0..8)
            .map(|tried| settle(&mail(tried), &later, Time::from_millis(0)).next_at.millis() / 60_000)
            .collect();
        assert_eq!(waits, [1, 5, 15, 60, 240, 240, 240, 240]);
        assert_eq!(settle(&mail(6), &later, Time::from_millis(0)).state, MailState::Queued);
        let last = settle(&mail(7), &later, Time::from_millis(0));
        assert_eq!((last.state, last.error.as_str()), (MailState::Dead, "451 busy"));
    }

    #[test]
    fn a_taken_letter_is_sent_and_a_refused_one_is_given_up() {
        let sent = settle(&mail(3), &Answer::Taken, Time::from_millis(9));
        assert_eq!((sent.state, sent.sent_at), (MailState::Sent, Some(Time::from_millis(9))));
        assert_eq!((sent.error.as_str(), sent.leased_until), ("", None));
        let refused = settle(&mail(0), &Answer::Refused("550".to_owned()), Time::from_millis(9));
        assert_eq!(refused.state, MailState::Dead);
    }

    #[test]
    fn a_letter_reads_in_both_languages_with_its_link() {
        let zh = render(&mail(0), "https://jicai.example").unwrap();
        assert_eq!(zh.subject, "【集采】已开标：JH-1 甲<乙>");
        assert!(zh.plain.contains("甲<乙>") && zh.plain.contains("https://jicai.example/rounds/1"));
        assert!(
            zh.html.contains("甲&#60;乙&#62;") && zh.html.contains("href=\"https://jicai.example/rounds/1\"")
        );
        let en = render(&Mail { lang: Lang::En, ..mail(0) }, "https://jicai.example").unwrap();
        assert!(en.plain.starts_with("Dear colleague") && en.html.contains("lang=\"en\""));
    }

    #[test]
    fn the_message_id_is_the_mails_own() {
        let mail = mail(0);
        let id = message_id(&mail.id, "https://jicai.example:8443/x").unwrap();
        assert_eq!(id, format!("<{}@jicai.example>", mail.id));
        assert!(message_id(&mail.id, "").is_err());
    }
}
