//! What tests share: a fresh database on the engine under test, a small city, and a client for its pages.
//!
//! SQLite by default; with `JICAI_TEST_POSTGRES=postgres://…/postgres` every test makes its own database there.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use actix_http::Request;
use actix_web::dev::ServiceResponse;
use actix_web::http::{StatusCode, header};
use actix_web::test;
use diesel::connection::{Connection, SimpleConnection};
use jicai::config::Settings;
use jicai::db::Db;
use jicai::people::{self, NewAccount, Organisation, OrganisationKind, Role, password};
use jicai::rounds::openers::{self, key::Key};
use jicai::rounds::{self, Calendar, Category, FormClass, Lot, Round, RoundKind, RoundState};
use jicai::signing::Signer;
use jicai::text::Lang;
use jicai::tokens::limits::Limits;
use jicai::types::{AccountId, Ctx, LotId, OrganisationId, RoundId, Time, sha256};
use jicai::web::{App, serve};

/// The morning every test begins on.
pub const START: &str = "2026-11-23 09:00";

/// A fresh platform with its own database and clock.
pub struct Site {
    pub app: App,
    clock: Arc<AtomicI64>,
    counter: AtomicI64,
    keys: Mutex<BTreeMap<(String, RoundId), Vec<u8>>>,
    _folder: Option<tempfile::TempDir>,
    _secrets: tempfile::TempDir,
}

/// A site that answers requests.
type Service = Rc<dyn Fn(Request) -> Pin<Box<dyn Future<Output = ServiceResponse>>>>;

thread_local! {
    /// The sites of this thread's test that are set up.
    static READY: RefCell<Vec<(App, Service)>> = const { RefCell::new(Vec::new()) };
}

/// An answer of the site.
pub struct Answer {
    pub status: StatusCode,
    /// Where it leads, or what it shows.
    pub location: String,
    pub body: String,
    pub bytes: Vec<u8>,
    pub headers: header::HeaderMap,
}

/// The database under test, empty and migrated.
pub fn fresh_db() -> (Db, String, Option<tempfile::TempDir>) {
    let (url, folder) = match std::env::var("JICAI_TEST_POSTGRES") {
        Ok(server) => (fresh_postgres(&server), None),
        Err(_) => {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("test.sqlite");
            std::fs::write(&file, migrated_file()).unwrap();
            (format!("sqlite://{}", file.display()), Some(folder))
        }
    };
    (Db::open(&url, 4).unwrap(), url, folder)
}

/// What every test begins with, migrated once: hundreds of tests that each ran all migrations would mostly do that.
fn migrated_file() -> &'static [u8] {
    static FILE: OnceLock<Vec<u8>> = OnceLock::new();
    FILE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let (file, copy) = (folder.path().join("template.sqlite"), folder.path().join("copy.sqlite"));
        let db = Db::open(&format!("sqlite://{}", file.display()), 1).unwrap();
        db.migrate().unwrap();
        db.backup(copy.to_str().unwrap()).unwrap();
        std::fs::read(copy).unwrap()
    })
}

/// A database of a test's own, copied from one that is migrated once.
fn fresh_postgres(server: &str) -> String {
    static TEMPLATE: OnceLock<()> = OnceLock::new();
    let (base, _) = server.rsplit_once('/').unwrap();
    let name = format!("t_{}", AccountId::new().to_string().replace('-', ""));
    let mut conn = diesel::PgConnection::establish(server).unwrap();
    TEMPLATE.get_or_init(|| {
        conn.batch_execute("DROP DATABASE IF EXISTS t_template WITH (FORCE)").unwrap();
        conn.batch_execute("CREATE DATABASE t_template TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
            .unwrap();
        Db::open(&format!("{base}/t_template"), 1).unwrap().migrate().unwrap();
    });
    // The pool may close its last connection a moment after it is dropped.
    let command = format!("CREATE DATABASE {name} TEMPLATE t_template");
    let made = (0..50).any(|n| {
        std::thread::sleep(std::time::Duration::from_millis(20 * u64::from(n > 0)));
        conn.batch_execute(&command).is_ok()
    });
    assert!(made, "no copy of the template");
    format!("{base}/{name}")
}

/// A database on a server is not left behind; a file goes with its folder.
impl Drop for Site {
    fn drop(&mut self) {
        let url = &self.app.settings.database_url;
        READY.with_borrow_mut(|ready| ready.retain(|it| it.0.settings.database_url != *url));
        let Ok(server) = std::env::var("JICAI_TEST_POSTGRES") else { return };
        let name = self.app.settings.database_url.rsplit('/').next().unwrap_or_default();
        if let Ok(mut conn) = diesel::PgConnection::establish(&server) {
            let _ = conn.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

impl Site {
    /// A platform with nothing in it.
    pub fn new() -> Self {
        let (db, url, folder) = fresh_db();
        let secrets = tempfile::tempdir().unwrap();
        let settings = BTreeMap::from([
            ("database_url".to_owned(), url),
            ("signing_key_file".to_owned(), secrets.path().join("signing.key").display().to_string()),
            ("spool_folder".to_owned(), secrets.path().join("spool").display().to_string()),
            ("listen".to_owned(), "127.0.0.1:0".to_owned()),
            ("base_url".to_owned(), "http://jicai.example".to_owned()),
            ("secure_cookies".to_owned(), "false".to_owned()),
        ]);
        let clock = Arc::new(AtomicI64::new(Time::parse_local(START).unwrap().millis()));
        let hands = clock.clone();
        let app = App {
            db,
            settings: Arc::new(Settings::from_map(&settings).unwrap()),
            clock: Arc::new(move || Time::from_millis(hands.load(Ordering::SeqCst))),
            limits: Arc::new(Limits::per_minute(60_000)),
        };
        let keys = Mutex::default();
        Self { app, clock, counter: AtomicI64::new(1), keys, _folder: folder, _secrets: secrets }
    }

    /// A platform with a small city: see [`Site::city`].
    pub fn with_city() -> Self {
        let site = Self::new();
        site.city();
        site
    }

    /// Sets the server's clock.
    pub fn set_clock(&self, to: Time) {
        self.clock.store(to.millis(), Ordering::SeqCst);
    }

    /// The server's clock.
    pub fn now(&self) -> Time {
        self.app.now()
    }

    /// A context in which the platform itself acts.
    pub fn ctx(&self) -> Ctx {
        Ctx::system(self.now(), "test")
    }

    /// The context of an account by its login.
    pub fn ctx_of(&self, login: &str) -> Ctx {
        Ctx { now: self.now(), actor: self.who(login).actor() }
    }

    /// Who logs in under `login`.
    pub fn who(&self, login: &str) -> people::Who {
        let token = self.token(login);
        let hash = sha256(token.as_bytes());
        self.app.db.read(|conn| people::who(conn, &hash, self.now())).unwrap().unwrap()
    }

    /// One bureau, three hospitals and three suppliers with one account for each role; logins are the
    /// roles' words, `hospital1`…`hospital3` and `supplier1`…`supplier3`.
    pub fn city(&self) {
        let bureau = self.organisation(
            OrganisationKind::Bureau,
            "金华市医疗保障局",
            "11330700MB1500000X",
            "金华市",
            "",
        );
        for role in ["officer", "officer2", "reviewer", "settlement", "auditor", "admin"] {
            let word = role.trim_end_matches('2');
            self.account(&bureau, role, &[word.parse().unwrap()]);
        }
        for (i, (name, tier)) in
            [("金华市中心医院", "三级"), ("义乌市中医医院", "二级"), ("婺城区白龙桥卫生院", "一级")]
                .iter()
                .enumerate()
        {
            let code = format!("H3307020000{}", i + 1);
            let it = self.organisation(OrganisationKind::Hospital, name, &code, "金华市", tier);
            self.account(&it, &format!("hospital{}", i + 1), &[Role::Hospital]);
        }
        for (i, name) in ["浙江康恩药业有限公司", "华东制药有限公司", "齐鲁制药有限公司"].iter().enumerate()
        {
            let code = format!("91330700MA2800000{}", i + 1);
            let it = self.organisation(OrganisationKind::Supplier, name, &code, "金华市", "");
            self.account(&it, &format!("supplier{}", i + 1), &[Role::Supplier]);
        }
    }

    /// A round in a state, with two lots, all of 金华市, bound to GY-YD2024-2. Its calendar lies around
    /// [`START`] so that the state fits the clock. Written row by row: what leads to the state has its own tests.
    pub fn round_in(&self, state: RoundState) -> (Round, Vec<Lot>) {
        let ctx = self.ctx();
        let position = RoundState::ALL.iter().position(|s| *s == state).unwrap_or(0) as i64;
        let day = |n: i64| Time::parse_local(START).unwrap().plus_days(n - 10 * position);
        let round = |rule_set_id| Round {
            id: RoundId::new(),
            number: format!("JH-YD2026-{}", self.next()),
            title: "金华市药品集中带量采购".to_owned(),
            kind: RoundKind::Drug,
            state,
            rule_set_id,
            calendar: Calendar {
                demand_from: day(5),
                demand_to: day(15),
                bidding_from: day(25),
                bidding_to: day(35),
                opening_at: day(39),
                publicity_from: day(55),
                publicity_to: day(65),
                contract_to: day(85),
                execution_from: day(89).day(),
                execution_to: day(89 + 730).day(),
            },
            version: 1,
            created_at: ctx.now,
            published_at: (state != RoundState::Draft).then_some(ctx.now),
        };
        self.app
            .db
            .write(|tx| {
                rounds::seed_rule_sets(tx, &ctx)?;
                let rules = rounds::store::latest_rule_set(tx.conn(), "GY-YD2024-2")?.unwrap();
                let round = round(rules.id);
                rounds::store::insert_round(tx, &round)?;
                rounds::store::set_regions(tx, &round.id, &["金华市".to_owned()])?;
                let lots = [
                    ("1", "阿莫西林胶囊", "硬胶囊", "0.25g", "粒", "0.5"),
                    ("2", "盐酸氨溴索注射液", "注射液", "2ml:15mg", "支", "3.44"),
                ];
                for (i, (code, generic, form, spec, unit, ceiling)) in lots.iter().enumerate() {
                    rounds::store::insert_lot(
                        tx,
                        &Lot {
                            id: LotId::new(),
                            round_id: round.id.clone(),
                            position: i as i32 + 1,
                            code: (*code).to_owned(),
                            generic: (*generic).to_owned(),
                            generic_key: String::new(),
                            form: (*form).to_owned(),
                            form_class: if i == 0 { FormClass::OralSolid } else { FormClass::SmallInjection },
                            comparable_spec: (*spec).to_owned(),
                            unit: (*unit).to_owned(),
                            ceiling: ceiling.parse().unwrap(),
                            category: Category::General,
                            base_volume: None,
                        },
                    )?;
                }
                let lots = rounds::lots_of(tx.conn(), &round.id)?;
                Ok((round, lots))
            })
            .unwrap()
    }

    /// Who signs for the platform.
    pub fn signer(&self) -> Signer {
        self.app.signer().unwrap()
    }

    /// Names the openers of a round; each takes a key and shows that it was kept.
    pub fn panel(&self, round: &RoundId, logins: &[&str], needed: u8) {
        let accounts: Vec<AccountId> = logins.iter().map(|login| self.who(login).account.id).collect();
        let ctx = self.ctx_of("officer");
        self.app.db.write(|tx| openers::name(tx, &ctx, round, &accounts, needed)).unwrap();
        for login in logins {
            self.take_key(login, round);
        }
    }

    /// An opener takes a key and shows that it was kept; the file.
    pub fn take_key(&self, login: &str, round: &RoundId) -> Vec<u8> {
        let (ctx, key, who) = (self.ctx_of(login), Key::generate(), self.who(login));
        let taken = |tx: &mut jicai::db::Tx| {
            openers::take(tx, &ctx, round, key.public())?;
            openers::keep(tx, &ctx, round, &key)
        };
        self.app.db.write(taken).unwrap();
        let file = key.file(round, "JH", &who.account.id, &who.account.name).as_bytes().to_vec();
        self.keys.lock().unwrap().insert((login.to_owned(), round.clone()), file.clone());
        file
    }

    /// The file of the key an opener took last.
    pub fn key(&self, login: &str, round: &RoundId) -> Vec<u8> {
        self.keys.lock().unwrap().get(&(login.to_owned(), round.clone())).cloned().unwrap_or_default()
    }

    /// An opener confirms the opening with his own key.
    pub async fn confirm(&self, login: &str, round: &RoundId) -> Answer {
        self.confirm_with(login, round, &self.key(login, round)).await
    }

    /// Somebody confirms the opening with a file.
    pub async fn confirm_with(&self, login: &str, round: &RoundId, file: &[u8]) -> Answer {
        self.upload(login, &format!("/rounds/{round}/opening"), &[], "my.key", file).await
    }

    fn next(&self) -> i64 {
        self.counter.fetch_add(1, Ordering::SeqCst)
    }

    /// Enters an organisation.
    pub fn organisation(
        &self,
        kind: OrganisationKind,
        name: &str,
        code: &str,
        region: &str,
        tier: &str,
    ) -> Organisation {
        let ctx = self.ctx();
        let it = Organisation {
            id: OrganisationId::new(),
            kind,
            name: name.to_owned(),
            code: code.to_owned(),
            region: region.to_owned(),
            tier: tier.to_owned(),
            group_name: String::new(),
            active: true,
            created_at: ctx.now,
        };
        self.app.db.write(|tx| people::add_organisation(tx, &ctx, it.clone())).unwrap()
    }

    /// Makes an account with the password `password-of-the-tests`.
    pub fn account(&self, organisation: &Organisation, login: &str, roles: &[Role]) -> people::Account {
        static HASH: std::sync::LazyLock<String> =
            std::sync::LazyLock::new(|| password::hash("password-of-the-tests").unwrap());
        let ctx = self.ctx();
        let new = NewAccount {
            id: AccountId::new(),
            organisation_id: organisation.id.clone(),
            login: login.to_owned(),
            name: format!("{login}同志"),
            email: format!("{login}@example.org"),
            lang: Lang::Zh,
            roles: roles.to_vec(),
            password_hash: HASH.clone(),
            must_change: false,
        };
        self.app.db.write(|tx| people::add_account(tx, &ctx, new.clone())).unwrap()
    }

    /// A session of an account, without the slow password check.
    pub fn token(&self, login: &str) -> String {
        let token = password::token();
        let hash = sha256(token.as_bytes());
        let ctx = self.ctx();
        let id = self
            .app
            .db
            .read(|c| people::store::account_by_login(c, login))
            .unwrap()
            .unwrap_or_else(|| panic!("no {login}"))
            .id;
        self.app.db.write(|tx| people::sign_in(tx, &ctx, &id, true, &hash, "test")).unwrap().unwrap();
        token
    }

    /// GET as `login` (empty: nobody).
    pub async fn get(&self, login: &str, path: &str) -> Answer {
        self.send(login, test::TestRequest::get().uri(path)).await
    }

    /// POST of a form as `login` (empty: nobody).
    pub async fn post(&self, login: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(login, test::TestRequest::post().uri(path).set_form(fields)).await
    }

    /// POST of an upload: plain fields and one file.
    pub async fn upload(
        &self,
        login: &str,
        path: &str,
        fields: &[(&str, &str)],
        name: &str,
        file: &[u8],
    ) -> Answer {
        let edge = "----edge-of-the-tests";
        let mut body = Vec::new();
        for (field, value) in fields {
            body.extend(
                format!("--{edge}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n")
                    .bytes(),
            );
        }
        body.extend(format!("--{edge}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n").bytes());
        body.extend_from_slice(file);
        body.extend(format!("\r\n--{edge}--\r\n").bytes());
        let request = test::TestRequest::post()
            .uri(path)
            .insert_header((header::CONTENT_TYPE, format!("multipart/form-data; boundary={edge}")))
            .set_payload(body);
        self.send(login, request).await
    }

    /// The site ready to answer. Setting it up takes longer than most answers, so a test does it once, and again when
    /// it has changed the settings or limits.
    async fn service(&self) -> Service {
        let is_ours = |app: &App| {
            Arc::ptr_eq(&app.settings, &self.app.settings) && Arc::ptr_eq(&app.limits, &self.app.limits)
        };
        let found = READY.with_borrow(|ready| ready.iter().find(|it| is_ours(&it.0)).map(|it| it.1.clone()));
        if let Some(service) = found {
            return service;
        }
        let site = Rc::new(test::init_service(serve::site(self.app.clone())).await);
        let service: Service = Rc::new(move |request| {
            let site = site.clone();
            Box::pin(async move { test::call_service(&*site, request).await.map_into_boxed_body() })
        });
        READY.with_borrow_mut(|ready| ready.push((self.app.clone(), service.clone())));
        service
    }

    /// Any request as `login` (empty: nobody).
    pub async fn send(&self, login: &str, mut request: test::TestRequest) -> Answer {
        if !login.is_empty() {
            request = request.insert_header((header::COOKIE, format!("session={}", self.token(login))));
        }
        let response = self.service().await(request.to_request()).await;
        let status = response.status();
        let headers = response.headers().clone();
        let location = headers.get(header::LOCATION).or(headers.get(header::CONTENT_LOCATION));
        let location = location.map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
        let bytes = test::read_body(response).await.to_vec();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status, location, body, bytes, headers }
    }
}

impl Answer {
    /// The page holds this text.
    #[track_caller]
    pub fn shows(&self, text: &str) -> &Self {
        assert!(self.body.contains(text), "{} without \"{text}\":\n{}", self.status, self.text());
        self
    }

    /// The page does not hold this text.
    #[track_caller]
    pub fn hides(&self, text: &str) -> &Self {
        assert!(!self.body.contains(text), "{} with \"{text}\":\n{}", self.status, self.text());
        self
    }

    /// The status is this.
    #[track_caller]
    pub fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "to {}:\n{}", self.location, self.text());
        self
    }

    /// The page's text without tags, for messages and snapshots.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let mut inside = false;
        for c in self.body.chars() {
            match c {
                '<' => inside = true,
                '>' => inside = false,
                c if !inside => out.push(c),
                _ => {}
            }
        }
        out.lines().map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n")
    }
}
