//! Settings from a file and the environment, checked once at the start; each fault names its setting.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

crate::words! {
    /// How the mail server is spoken to.
    MailTls {
        /// In the clear: only for a server on this machine.
        None = "none",
        /// Clear first, then TLS, required.
        Starttls = "starttls",
        /// TLS from the first byte.
        Tls = "tls",
    }
}

/// The mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailServer {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Transport security.
    pub tls: MailTls,
    /// Login name; empty for none.
    pub user: String,
    /// Password.
    pub password: String,
    /// PEM file of the authority that signed the server's certificate; empty for the system's own list.
    pub ca_file: String,
}

/// Every setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `sqlite://FILE` or `postgres://…`.
    pub database_url: String,
    /// Connections kept to the database.
    pub connections: u32,
    /// Address and port to serve on.
    pub listen: String,
    /// How people reach the site, for links in letters; no slash at the end.
    pub base_url: String,
    /// Cookies only over TLS. Off only on a loopback address.
    pub secure_cookies: bool,
    /// The mail server; without one, letters wait in the outbox.
    pub mail: Option<MailServer>,
    /// Sender of letters.
    pub mail_from: String,
    /// Refused letters after which an address gets no more until it is confirmed.
    pub mail_bounces: i64,
    /// Largest upload in bytes.
    pub upload_bytes: usize,
    /// Largest file of purchases or listings in bytes; it is never held in memory.
    pub price_file_bytes: u64,
    /// Where such files lie until they are applied; every node of the platform shares it.
    pub spool_folder: PathBuf,
    /// The folder whose files are taken as if they were sent; none is watched without it.
    pub watch_folder: Option<PathBuf>,
    /// This node's name in job runs.
    pub node: String,
    /// The file of the key that signs receipts; every node of the platform shares it.
    pub signing_key_file: PathBuf,
    /// Requests a minute each program's token may make on one node.
    pub api_requests: u32,
    /// The registered prefix of the open data's process ids.
    pub ocid_prefix: String,
}

/// Every setting's name, its default and what it is: the README's table and the check for misspelt names.
pub const NAMES: &[(&str, &str)] = &[
    ("database_url", "sqlite://jicai.sqlite"),
    ("connections", "8"),
    ("listen", "127.0.0.1:8080"),
    ("base_url", ""),
    ("secure_cookies", ""),
    ("smtp_host", ""),
    ("smtp_port", ""),
    ("smtp_tls", "starttls"),
    ("smtp_user", ""),
    ("smtp_password", ""),
    ("smtp_ca_file", ""),
    ("mail_from", "jicai@localhost"),
    ("mail_bounces", "3"),
    ("upload_mib", "64"),
    ("price_file_mib", "1024"),
    ("spool_folder", ""),
    ("watch_folder", ""),
    ("node", ""),
    ("signing_key_file", ""),
    ("api_requests", "600"),
    ("ocid_prefix", "ocds-local0"),
];

impl Settings {
    /// Reads the file named by `JICAI_CONFIG` (TOML), then `JICAI_…` variables, then `DATABASE_URL`.
    pub fn load() -> Result<Self> {
        let mut builder = config::Config::builder();
        if let Ok(file) = std::env::var("JICAI_CONFIG") {
            builder = builder.add_source(config::File::new(&file, config::FileFormat::Toml));
        }
        let built = builder
            .add_source(config::Environment::with_prefix("JICAI"))
            .build()
            .and_then(config::Config::try_deserialize::<BTreeMap<String, String>>)
            .map_err(|e| Error::fault(format!("settings: {e}")))?;
        let mut given = built;
        given.remove("config");
        given.remove("lang");
        given.remove("log");
        // What a run of the tests is told is no setting of the programs that it starts.
        given.retain(|name, _| !name.starts_with("test_"));
        if let Ok(url) = std::env::var("DATABASE_URL") {
            given.insert("database_url".to_owned(), url);
        }
        Self::from_map(&given)
    }

    /// Checks settings given as text.
    pub fn from_map(given: &BTreeMap<String, String>) -> Result<Self> {
        if let Some(name) = given.keys().find(|name| !NAMES.iter().any(|(known, _)| known == name)) {
            return Err(fault(name, "there is no such setting"));
        }
        let text = |name: &str| {
            let default = NAMES.iter().find(|(known, _)| *known == name).map_or("", |(_, default)| default);
            given.get(name).map_or(default, |value| value.trim()).to_owned()
        };
        let listen = text("listen");
        let address: std::net::SocketAddr =
            listen.parse().map_err(|_| fault("listen", "must be ADDRESS:PORT, such as 127.0.0.1:8080"))?;
        let base_url = match text("base_url") {
            url if url.is_empty() => format!("http://{listen}"),
            url if url.starts_with("http://") || url.starts_with("https://") => {
                url.trim_end_matches('/').to_owned()
            }
            _ => return Err(fault("base_url", "must begin with http:// or https://")),
        };
        let secure_cookies = match text("secure_cookies").as_str() {
            "" => !address.ip().is_loopback() || base_url.starts_with("https://"),
            "true" => true,
            "false" if address.ip().is_loopback() => false,
            "false" => return Err(fault("secure_cookies", "may be false only on a loopback address")),
            _ => return Err(fault("secure_cookies", "must be true or false")),
        };
        let mail_from = text("mail_from");
        if mail_from.parse::<lettre::message::Mailbox>().is_err() {
            return Err(fault("mail_from", "must be a mail address"));
        }
        let ocid_prefix = text("ocid_prefix");
        if !is_prefix(&ocid_prefix) {
            return Err(fault("ocid_prefix", "must be ocds- and six lower-case letters or digits"));
        }
        let price_file_mib: u64 = number("price_file_mib", &text("price_file_mib"), 1, 4096)?;
        let upload_mib: usize = number("upload_mib", &text("upload_mib"), 1, 1024)?;
        Ok(Self {
            database_url: text("database_url"),
            connections: number("connections", &text("connections"), 3, 200)?,
            listen,
            base_url,
            secure_cookies,
            mail: mail_server(&text)?,
            mail_from,
            mail_bounces: number("mail_bounces", &text("mail_bounces"), 1, 100)?,
            upload_bytes: upload_mib * 1024 * 1024,
            price_file_bytes: price_file_mib * 1024 * 1024,
            spool_folder: match text("spool_folder") {
                folder if folder.is_empty() => beside(&text("database_url"), "jicai-spool"),
                folder => PathBuf::from(folder),
            },
            watch_folder: Some(text("watch_folder")).filter(|it| !it.is_empty()).map(PathBuf::from),
            node: match text("node") {
                node if node.is_empty() => format!("node-{}", std::process::id()),
                node => node,
            },
            signing_key_file: match text("signing_key_file") {
                file if file.is_empty() => beside(&text("database_url"), "jicai-signing.key"),
                file => PathBuf::from(file),
            },
            api_requests: number("api_requests", &text("api_requests"), 1, 1_000_000)?,
            ocid_prefix,
        })
    }
}

/// Whether a text has the form of the prefixes that the registry of open contracting gives out.
fn is_prefix(text: &str) -> bool {
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.strip_prefix("ocds-").is_some_and(|rest| rest.len() == 6 && rest.bytes().all(plain))
}

/// A file beside a SQLite database; for one on a server, in the working folder.
pub fn beside(database_url: &str, name: &str) -> PathBuf {
    let folder = database_url.strip_prefix("sqlite://").and_then(|path| Path::new(path).parent());
    folder.map_or_else(|| PathBuf::from(name), |folder| folder.join(name))
}

fn mail_server(text: &impl Fn(&str) -> String) -> Result<Option<MailServer>> {
    let host = text("smtp_host");
    if host.is_empty() {
        return Ok(None);
    }
    let tls: MailTls =
        text("smtp_tls").parse().map_err(|()| fault("smtp_tls", "must be none, starttls or tls"))?;
    let port = match text("smtp_port") {
        port if port.is_empty() => match tls {
            MailTls::None => 25,
            MailTls::Starttls => 587,
            MailTls::Tls => 465,
        },
        port => number("smtp_port", &port, 1, u16::MAX)?,
    };
    Ok(Some(MailServer {
        host,
        port,
        tls,
        user: text("smtp_user"),
        password: text("smtp_password"),
        ca_file: text("smtp_ca_file"),
    }))
}

fn number<T: std::str::FromStr + PartialOrd + std::fmt::Display>(
    name: &str,
    text: &str,
    least: T,
    most: T,
) -> Result<T> {
    match text.parse::<T>() {
        Ok(n) if n >= least && n <= most => Ok(n),
        _ => Err(fault(name, &format!("must be a whole number from {least} to {most}, not \"{text}\""))),
    }
}

fn fault(name: &str, what: &str) -> Error {
    let variable = if name == "database_url" {
        "DATABASE_URL".to_owned()
    } else {
        format!("JICAI_{}", name.to_uppercase())
    };
    Error::fault(format!("setting {name} ({variable}): {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(given: &[(&str, &str)], want: std::result::Result<(), &str>) {
        let map = given.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        match (Settings::from_map(&map), want) {
            (Ok(_), Ok(())) => {}
            (Err(e), Err(part)) => assert!(e.to_string().contains(part), "{e}"),
            (got, want) => panic!("{given:?}: {got:?}, wanted {want:?}"),
        }
    }

    #[test]
    fn each_fault_names_its_setting() {
        check(&[], Ok(()));
        check(&[("listen", "8080")], Err("JICAI_LISTEN"));
        check(&[("lisen", "127.0.0.1:80")], Err("JICAI_LISEN"));
        check(&[("connections", "0")], Err("JICAI_CONNECTIONS"));
        check(&[("listen", "0.0.0.0:80"), ("secure_cookies", "false")], Err("loopback"));
        check(&[("smtp_host", "mail"), ("smtp_tls", "ssl")], Err("JICAI_SMTP_TLS"));
        check(&[("smtp_host", "mail"), ("smtp_port", "0")], Err("JICAI_SMTP_PORT"));
        check(&[("mail_from", "nobody")], Err("JICAI_MAIL_FROM"));
        check(&[("ocid_prefix", "ocds-213czf")], Ok(()));
        check(&[("ocid_prefix", "jinhua")], Err("JICAI_OCID_PREFIX"));
        let key = |url: &str| beside(url, "k").display().to_string();
        assert_eq!(key("sqlite://a.sqlite"), "k");
        assert_eq!(key("sqlite:///var/jicai/a.sqlite"), "/var/jicai/k");
        assert_eq!(key("postgres://a@b/c"), "k");
    }
}
