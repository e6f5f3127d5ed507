//! The mail server: one letter over one SMTP connection, and what its answer means.

use std::time::{Duration, SystemTime};

use lettre::address::Envelope;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::{Category, Detail, Severity};
use lettre::{Address, Message};

use crate::config::{MailServer, MailTls, Settings};
use crate::error::{Error, Result};
use crate::notify::Mail;
use crate::notify::outbox::{message_id, render};

/// How long a letter may take, from connecting to the server's answer. The library's own limit covers only
/// connecting.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a polite goodbye may take; the letter is already settled.
const GOODBYE: Duration = Duration::from_secs(2);

/// What came of handing over a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The server took it.
    Taken,
    /// The server will never take it: there is no such mailbox.
    Refused(String),
    /// The letter cannot be made into a mail; no server was asked.
    Unwritable(String),
    /// The server said no; it may say yes later.
    Later(String),
    /// No answer: whether the letter was taken is unknown.
    Unknown(String),
}

/// Where letters are handed over.
pub struct Office {
    server: MailServer,
    from: Mailbox,
    base_url: String,
    bounces: i64,
    patience: Duration,
    hello: ClientId,
    tls: Option<TlsParameters>,
}

impl Office {
    /// The office of the settings, if they name a mail server.
    pub fn of(settings: &Settings) -> Result<Option<Self>> {
        let Some(server) = settings.mail.clone() else { return Ok(None) };
        let from = settings.mail_from.parse().map_err(Error::fault_of)?;
        let tls = match server.tls {
            MailTls::None => None,
            MailTls::Starttls | MailTls::Tls => Some(parameters(&server)?),
        };
        Ok(Some(Self {
            server,
            from,
            base_url: settings.base_url.clone(),
            bounces: settings.mail_bounces,
            patience: PATIENCE,
            hello: ClientId::default(),
            tls,
        }))
    }

    /// The same office with less patience, for tests.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The longest a letter may take.
    pub(super) fn patience_millis(&self) -> i64 {
        i64::try_from(self.patience.as_millis()).unwrap_or(i64::MAX / 1_000)
    }

    /// How many letters an address may send back before it gets no more.
    pub(super) fn most_bounces(&self) -> i64 {
        self.bounces
    }

    /// Hands over one letter and waits for the answer. Call it from a thread that may wait.
    pub fn send(&self, mail: &Mail) -> Answer {
        let (message, envelope) = match self.message(mail) {
            Ok(made) => made,
            Err(e) => return Answer::Unwritable(e.to_string()),
        };
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(e) => return Answer::Later(e.to_string()),
        };
        runtime.block_on(async {
            let handed = tokio::time::timeout(self.patience, self.hand_over(&envelope, &message)).await;
            match handed {
                Err(_) => Answer::Unknown(format!("no answer within {} ms", self.patience.as_millis())),
                Ok(Err(e)) => meaning(&e),
                Ok(Ok(mut connection)) => {
                    // The letter is taken, whatever becomes of the goodbye.
                    let _ = tokio::time::timeout(GOODBYE, connection.abort()).await;
                    Answer::Taken
                }
            }
        })
    }

    fn message(&self, mail: &Mail) -> Result<(Vec<u8>, Envelope)> {
        let parts = render(mail, &self.base_url)?;
        let to: Address = mail.address.parse().map_err(Error::fault_of)?;
        let written = u64::try_from(mail.created_at.millis()).unwrap_or(0);
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(parts.subject)
            .date(SystemTime::UNIX_EPOCH + Duration::from_millis(written))
            .message_id(Some(message_id(&mail.id, &self.base_url)?));
        if let Some(address) = parts.unsubscribe {
            // RFC 8058: one click in the mail program ends the subscription. RFC 3834: no robot answers.
            builder = builder
                .raw_header(raw("List-Unsubscribe", format!("<{address}>")))
                .raw_header(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()))
                .raw_header(raw("Auto-Submitted", "auto-generated".to_owned()));
        }
        let body = match parts.picture {
            None => MultiPart::alternative_plain_html(parts.plain, parts.html),
            Some((cid, png)) => {
                let media = ContentType::parse("image/png").map_err(Error::fault_of)?;
                let picture = Attachment::new_inline_with_name(cid, "chart.png".to_owned()).body(png, media);
                let shown = MultiPart::related().singlepart(SinglePart::html(parts.html)).singlepart(picture);
                MultiPart::alternative().singlepart(SinglePart::plain(parts.plain)).multipart(shown)
            }
        };
        let body = match parts.sheet {
            None => body,
            Some((name, bytes)) => {
                let media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
                let media = ContentType::parse(media).map_err(Error::fault_of)?;
                MultiPart::mixed().multipart(body).singlepart(Attachment::new(name).body(bytes, media))
            }
        };
        let message = builder.multipart(body).map_err(Error::fault_of)?;
        Ok((message.formatted(), message.envelope().clone()))
    }

    async fn hand_over(
        &self,
        envelope: &Envelope,
        message: &[u8],
    ) -> std::result::Result<AsyncSmtpConnection, lettre::transport::smtp::Error> {
        let address = (self.server.host.as_str(), self.server.port);
        let wrapped = self.tls.clone().filter(|_| self.server.tls == MailTls::Tls);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, Some(self.patience), &self.hello, wrapped, None)
                .await?;
        if let Some(tls) = self.tls.clone().filter(|_| self.server.tls == MailTls::Starttls) {
            connection.starttls(tls, &self.hello).await?;
        }
        if !self.server.user.is_empty() {
            let credentials = Credentials::new(self.server.user.clone(), self.server.password.clone());
            connection.auth(DEFAULT_MECHANISMS, &credentials).await?;
        }
        connection.send(envelope, message).await?;
        Ok(connection)
    }
}

/// A header the mail library has no type for. Names are ours, and values hold no line break.
fn raw(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

fn parameters(server: &MailServer) -> Result<TlsParameters> {
    let mut builder = TlsParameters::builder(server.host.clone());
    if !server.ca_file.is_empty() {
        let fault = |e: &dyn std::fmt::Display| {
            Error::fault(format!("setting smtp_ca_file (JICAI_SMTP_CA_FILE): {}: {e}", server.ca_file))
        };
        let pem = std::fs::read(&server.ca_file).map_err(|e| fault(&e))?;
        builder = builder.add_root_certificate(Certificate::from_pem(&pem).map_err(|e| fault(&e))?);
    }
    builder.build().map_err(Error::fault_of)
}

/// RFC 5321 section 4.2.1: 5yz is for ever, 4yz for now. Only a reply about the mailbox (550, 551, 553) gives a
/// letter up: other refusals (no login, policy, full) are cured by people, and the letter should then go out.
fn meaning(error: &lettre::transport::smtp::Error) -> Answer {
    let why = chain(error);
    match error.status() {
        Some(code) if code.severity == Severity::PermanentNegativeCompletion => {
            let mailbox = code.category == Category::MailSystem
                && matches!(code.detail, Detail::Zero | Detail::One | Detail::Three);
            if mailbox { Answer::Refused(why) } else { Answer::Later(why) }
        }
        Some(_) => Answer::Later(why),
        None if error.is_client() => Answer::Later(why),
        None => Answer::Unknown(why),
    }
}

/// The fault with its causes: the outer one alone only says "network error".
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let said = inner.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = inner.source();
    }
    text
}
