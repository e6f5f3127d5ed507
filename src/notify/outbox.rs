//! Sending what waits in the outbox: claim with a lease, send outside any transaction, record the answer.
//!
//! A letter the server took is never sent again. When nobody knows (no answer, or this process died), it is
//! sent again under the same Message-ID, so that the reader's mail system can drop the second.

use askama::Template;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use crate::audit::{self, Deed};
use crate::db::{Conn, Db, Tx};
use crate::error::{Error, Result};
use crate::notify::bounces::{self, Via};
use crate::notify::smtp::{Answer, Office};
use crate::notify::{Letter, Mail, MailState, Monthly, Report, Written, chart};
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

#[derive(Template)]
#[template(path = "mail/alert.txt")]
struct PlainAlert<'a> {
    t: &'a Text,
    it: &'a Report,
    base: &'a str,
}

#[derive(Template)]
#[template(path = "mail/alert.html")]
struct HtmlAlert<'a> {
    t: &'a Text,
    it: &'a Report,
    base: &'a str,
    /// The Content-ID of the chart, when there is one.
    chart: &'a str,
    /// The chart's width and height as shown.
    size: (usize, usize),
}

#[derive(Template)]
#[template(path = "mail/indicators.txt")]
struct PlainIndicators<'a> {
    t: &'a Text,
    it: &'a Monthly,
    base: &'a str,
}

#[derive(Template)]
#[template(path = "mail/indicators.html")]
struct HtmlIndicators<'a> {
    t: &'a Text,
    it: &'a Monthly,
    base: &'a str,
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
    /// A picture inside the HTML: its Content-ID and its PNG.
    pub picture: Option<(String, Vec<u8>)>,
    /// A sheet beside the letter: its file name and its XLSX.
    pub sheet: Option<(String, Vec<u8>)>,
    /// Where one click ends letters of this kind.
    pub unsubscribe: Option<String>,
}

/// Writes a mail in its reader's language.
pub fn render(mail: &Mail, base_url: &str) -> Result<Parts> {
    let t = mail.lang.text();
    let letter = match serde_json::from_str::<Letter>(&mail.data)? {
        Letter::Alert(report) => return render_alert(mail, &report, base_url),
        Letter::Indicators(report) => return render_indicators(mail, &report, base_url),
        letter => letter.write(t),
    };
    let link = format!("{base_url}{}", letter.path);
    Ok(Parts {
        // A line break in a subject would begin another header.
        subject: Subject { letter: &letter }.render()?.replace(['\r', '\n'], " "),
        plain: Plain { t, letter: &letter, link: &link }.render()?,
        html: Html { t, letter: &letter, link: &link }.render()?,
        picture: None,
        sheet: None,
        unsubscribe: None,
    })
}

fn render_indicators(mail: &Mail, it: &Monthly, base: &str) -> Result<Parts> {
    let t = mail.lang.text();
    Ok(Parts {
        subject: it.subject(t).replace(['\r', '\n'], " "),
        plain: PlainIndicators { t, it, base }.render()?,
        html: HtmlIndicators { t, it, base }.render()?,
        picture: None,
        sheet: Some((it.file_name(), it.sheet(t)?)),
        unsubscribe: None,
    })
}

fn render_alert(mail: &Mail, it: &Report, base: &str) -> Result<Parts> {
    let t = mail.lang.text();
    let cid = format!("chart.{}", message_id(&mail.id, base)?.trim_matches(['<', '>']));
    let picture = it.chart()?.map(|png| (cid, png));
    let chart = picture.as_ref().map_or("", |(cid, _)| cid);
    let size = chart::size(it.products.len());
    Ok(Parts {
        subject: it.subject(t).replace(['\r', '\n'], " "),
        plain: PlainAlert { t, it, base }.render()?,
        html: HtmlAlert { t, it, base, chart, size }.render()?,
        unsubscribe: Some(format!("{base}{}", it.unsubscribe)),
        sheet: None,
        picture,
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
    /// Not to be handed over any more.
    pub withdrawn: usize,
    /// The server did not answer, so the rest was left for the next run.
    pub is_away: bool,
}

/// Asked about each letter in the transaction that takes it out of the queue: whether its reader may still have it.
pub type Permit<'a> = &'a dyn Fn(&mut Tx, &Mail) -> Result<bool>;

/// Sends every letter that is due. Stops when the server is away: trying the rest would only wait.
pub fn send_due(db: &Db, office: &Office, clock: &dyn Fn() -> Time, permit: Permit) -> Result<Tally> {
    let mut tally = Tally::default();
    while tally.sent + tally.later + tally.dead + tally.withdrawn < RUN && !tally.is_away {
        let (batch, withdrawn) = db.write(|tx| claim(tx, office, clock(), permit))?;
        tally.withdrawn += withdrawn;
        if batch.is_empty() && withdrawn == 0 {
            break;
        }
        let mut rest = batch.iter();
        for mail in rest.by_ref() {
            let answer = office.send(mail);
            let after = settle(mail, &answer, clock());
            db.write(|tx| record(tx, &after, &answer, clock()))?;
            match after.state {
                MailState::Sent => tally.sent += 1,
                MailState::Queued => tally.later += 1,
                MailState::Dead => tally.dead += 1,
                MailState::Withdrawn => tally.withdrawn += 1,
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

/// Takes letters that are due and held by nobody (or by a sender whose lease ran out); those that may not go are
/// withdrawn and counted. An address that keeps sending letters back gets none until it is confirmed.
fn claim(tx: &mut Tx, office: &Office, now: Time, permit: Permit) -> Result<(Vec<Mail>, usize)> {
    let bounced = "(SELECT COUNT(*) FROM bounces WHERE bounces.address = mails.address \
        AND bounces.confirmed_at IS NULL) < ";
    let takes_letters = sql::<Bool>(bounced).bind::<BigInt, _>(office.most_bounces());
    let due: Vec<Mail> = mails::table
        .filter(
            mails::state
                .eq(MailState::Queued)
                .and(mails::next_at.le(now))
                .and(mails::leased_until.is_null().or(mails::leased_until.le(now))),
        )
        .filter(takes_letters)
        .order((mails::next_at, mails::id))
        .limit(BATCH)
        .select(Mail::as_select())
        .load(tx.conn())?;
    let (mut taken, mut withdrawn) = (Vec::new(), 0);
    for mail in due {
        if permit(tx, &mail)? {
            taken.push(mail);
        } else {
            withdraw(tx, &mail.id)?;
            withdrawn += 1;
        }
    }
    let ids: Vec<&MailId> = taken.iter().map(|mail| &mail.id).collect();
    // Long enough for every letter of the batch to time out, and as much again.
    let until = now.plus_millis(2 * BATCH * office.patience_millis());
    diesel::update(mails::table.filter(mails::id.eq_any(ids)))
        .set(mails::leased_until.eq(Some(until)))
        .execute(tx.conn())?;
    Ok((taken, withdrawn))
}

fn withdraw(tx: &mut Tx, id: &MailId) -> Result<()> {
    diesel::update(mails::table.find(id)).set(mails::state.eq(MailState::Withdrawn)).execute(tx.conn())?;
    Ok(())
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
        Answer::Refused(why) | Answer::Unwritable(why) => failed(why, MailState::Dead),
        Answer::Later(why) | Answer::Unknown(why) if attempts >= TRIES => failed(why, MailState::Dead),
        Answer::Later(why) | Answer::Unknown(why) => failed(why, MailState::Queued),
    }
}

fn wait_millis(attempts: i32) -> i64 {
    let step = usize::try_from(attempts - 1).unwrap_or(0).min(BACK_OFF.len() - 1);
    BACK_OFF[step] * 60_000
}

/// Writes the answer, unless another sender has settled the letter meanwhile; a mailbox that was refused is noted.
fn record(tx: &mut Tx, after: &Mail, answer: &Answer, now: Time) -> Result<()> {
    if let Answer::Refused(why) = answer {
        bounces::note(tx, after, Via::Smtp, why, now)?;
    }
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
    requeue(tx, ctx, std::slice::from_ref(id))?;
    audit::record(
        tx,
        ctx,
        Deed { action: "mail.retry", subject: "mails", id: id.as_str() },
        &(mail.state, mail.attempts, &mail.error),
        &MailState::Queued,
    )
}

/// Puts those of some letters back into the queue that were given up.
pub(super) fn requeue(tx: &mut Tx, ctx: &Ctx, ids: &[MailId]) -> Result<()> {
    diesel::update(mails::table.filter(mails::id.eq_any(ids.to_vec()).and(mails::state.eq(MailState::Dead))))
        .set((
            mails::state.eq(MailState::Queued),
            mails::attempts.eq(0),
            mails::next_at.eq(ctx.now),
            mails::leased_until.eq(None::<Time>),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// One letter.
pub fn mail(conn: &mut Conn, id: &MailId) -> Result<Option<Mail>> {
    Ok(mails::table.find(id).select(Mail::as_select()).first(conn).optional()?)
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
            MailState::Withdrawn => t.admin.mail_withdrawn,
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
