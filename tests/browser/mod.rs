//! A real browser on a real server: Debian's Chromium, headless, driven over WebDriver.

mod prices;
mod supply;
mod walk;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use thirtyfour::common::print::PrintParameters;
use thirtyfour::prelude::*;

use crate::support::Site;

/// The window's size.
const WIDTH: u32 = 1366;
const HEIGHT: u32 = 900;

/// How long something may take to appear: a machine busy with a compiler is slow.
const PATIENCE: Duration = Duration::from_secs(30);

/// axe-core, injected into every page looked at.
const AXE: &str = include_str!("axe-4.14.1.min.js");

/// A browser, its driver and the site it looks at. Everything ends when it is dropped.
pub struct Browser {
    pub driver: WebDriver,
    pub base: String,
    chromedriver: Child,
    downloads: tempfile::TempDir,
    _profile: tempfile::TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.chromedriver.kill();
        let _ = self.chromedriver.wait();
    }
}

/// Whether Chromium and its driver are on this machine; the test says so when they are not.
pub fn is_here() -> bool {
    let here = ["chromium", "chromedriver"].iter().all(|name| {
        Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    });
    if !here {
        eprintln!("skipped: chromium and chromedriver are not installed");
    }
    here
}

/// Where pictures are kept.
fn shots() -> Option<PathBuf> {
    std::env::var_os("JICAI_TEST_SHOTS").filter(|folder| !folder.is_empty()).map(PathBuf::from)
}

/// Serves the site on a free port of its own thread; the thread ends with the test process.
pub fn serve(site: &Site) -> SocketAddr {
    let app = site.app.clone();
    let (tell, hear) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let (server, address) = jicai::web::serve::bind(app).unwrap();
            tell.send(address).unwrap();
            server.await.unwrap();
        });
    });
    hear.recv_timeout(Duration::from_secs(10)).unwrap()
}

impl Browser {
    /// Opens a window on the site.
    pub async fn open(address: SocketAddr) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let chromedriver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(started.elapsed() < Duration::from_secs(20), "chromedriver does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let profile = tempfile::tempdir().unwrap();
        let mut caps = DesiredCapabilities::chrome();
        for argument in [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            // A page that scrolls smoothly moves under the pointer.
            "--force-prefers-reduced-motion",
            &format!("--window-size={WIDTH},{HEIGHT}"),
            "--accept-lang=zh-CN,zh",
        ] {
            caps.add_arg(argument).unwrap();
        }
        caps.add_arg(&format!("--user-data-dir={}", profile.path().display())).unwrap();
        let downloads = tempfile::tempdir().unwrap();
        let folder = downloads.path().display().to_string();
        caps.add_experimental_option(
            "prefs",
            serde_json::json!({
                "download.default_directory": folder,
                "profile.default_content_setting_values.automatic_downloads": 1,
            }),
        )
        .unwrap();
        caps.set_browser_log_level(thirtyfour::LoggingPrefsLogLevel::All).unwrap();
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), caps).await.unwrap();
        Self { driver, base: format!("http://{address}"), chromedriver, downloads, _profile: profile }
    }

    /// Logs in through the form.
    pub async fn log_in(&self, login: &str, password: &str) {
        self.driver.delete_all_cookies().await.unwrap();
        self.goto("/login").await;
        self.fill("login", login).await;
        self.fill("password", password).await;
        self.submit("form[action='/login'] button").await;
        self.sees("待办").await;
    }

    /// Opens a page.
    pub async fn goto(&self, path: &str) {
        self.driver.goto(format!("{}{path}", self.base)).await.unwrap();
    }

    /// Waits for a file that a page saved; its path.
    pub async fn saved(&self, name: &str) -> PathBuf {
        let (path, started) = (self.downloads.path().join(name), Instant::now());
        while !path.exists() {
            assert!(started.elapsed() < PATIENCE, "{name} was not saved");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        path
    }

    /// Chooses a file.
    pub async fn attach(&self, name: &str, file: &Path) {
        self.find(&format!("[name='{name}']")).await.send_keys(file.display().to_string()).await.unwrap();
    }

    /// An attribute of what the selector finds.
    pub async fn attribute(&self, css: &str, name: &str) -> String {
        self.find(css).await.attr(name).await.unwrap().unwrap_or_default()
    }

    /// Runs a script on the page.
    pub async fn run(&self, script: &str, argument: &str) {
        self.driver.execute(script, vec![argument.into()]).await.unwrap();
    }

    /// Types into the field of that name.
    pub async fn fill(&self, name: &str, text: &str) {
        let field = self.find(&format!("[name='{name}']")).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Sets a field's value as a date picker would.
    pub async fn set(&self, name: &str, value: &str) {
        let script = "const f = document.querySelector(`[name='${arguments[0]}']`); f.value = arguments[1]; \
                      f.dispatchEvent(new Event('change', {bubbles: true}));";
        self.driver.execute(script, vec![name.into(), value.into()]).await.unwrap();
    }

    /// Presses what the selector finds.
    pub async fn press(&self, css: &str) {
        let element = self.find(css).await;
        element.scroll_into_view().await.unwrap();
        element.click().await.unwrap();
    }

    /// Types into the first field the selector finds.
    pub async fn fill_first(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Sets the fields the selector finds, in their order, one value to each.
    pub async fn set_each(&self, css: &str, values: &[&str]) {
        self.find(css).await;
        let script = "const found = [...document.querySelectorAll(arguments[0])]; \
                      arguments[1].forEach((value, at) => { found[at].value = value; }); return found.length;";
        let values_sent = vec![css.into(), values.into()];
        let found: usize = self.driver.execute(script, values_sent).await.unwrap().convert().unwrap();
        assert_eq!(found, values.len(), "{css}");
    }

    /// The text of the first element the selector finds.
    pub async fn text(&self, css: &str) -> String {
        self.find(css).await.text().await.unwrap()
    }

    /// Looks at this page: it is clean, and its picture is kept.
    pub async fn look(&self, name: &str) {
        self.is_clean().await;
        self.shot(name).await;
    }

    /// Chooses the option whose text contains `text`.
    pub async fn choose(&self, name: &str, text: &str) {
        let script = "const f = document.querySelector(`[name='${arguments[0]}']`); \
                      const o = [...f.options].find(o => o.text.includes(arguments[1])); f.value = o.value;";
        self.driver.execute(script, vec![name.into(), text.into()]).await.unwrap();
    }

    /// Presses what submits a form and waits for the page that answers: logging in as somebody else before
    /// would cut the request off.
    pub async fn submit(&self, css: &str) {
        self.mark().await;
        self.press(css).await;
        self.settle(css).await;
    }

    async fn mark(&self) {
        self.driver.execute("window.before = true", vec![]).await.unwrap();
    }

    async fn settle(&self, css: &str) {
        let started = Instant::now();
        let script = "return !window.before && document.readyState === 'complete'";
        while !self.driver.execute(script, vec![]).await.is_ok_and(|done| done.json() == true) {
            assert!(started.elapsed() < PATIENCE, "{css} leads nowhere");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Submits a form and answers yes to the question the page asks.
    pub async fn press_and_confirm(&self, css: &str) {
        self.mark().await;
        self.press(css).await;
        let started = Instant::now();
        while self.driver.get_alert_text().await.is_err() {
            assert!(started.elapsed() < PATIENCE, "{css} asks no question");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.driver.accept_alert().await.unwrap();
        self.settle(css).await;
    }

    /// The address of this page without its query.
    pub async fn path(&self) -> String {
        self.driver.current_url().await.unwrap().path().to_owned()
    }

    /// Waits for what the selector finds.
    pub async fn find(&self, css: &str) -> WebElement {
        let started = Instant::now();
        loop {
            if let Ok(element) = self.driver.find(By::Css(css)).await {
                return element;
            }
            assert!(started.elapsed() < PATIENCE, "no {css} on {}", self.page().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the page shows a text.
    pub async fn sees(&self, text: &str) {
        let started = Instant::now();
        loop {
            let page = self.page().await;
            if page.contains(text) {
                return;
            }
            assert!(started.elapsed() < PATIENCE, "no \"{text}\" on {page}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn page(&self) -> String {
        let url = self.driver.current_url().await.map(|u| u.to_string()).unwrap_or_default();
        let script = "return document.body ? document.body.innerText : ''";
        let text = match self.driver.execute(script, vec![]).await {
            Ok(value) => value.json().as_str().unwrap_or_default().to_owned(),
            Err(e) => e.to_string(),
        };
        format!("{url}\n{text}")
    }

    /// Runs axe on this page: no violation of serious or critical impact; and the console is empty.
    pub async fn is_clean(&self) {
        self.driver.execute(AXE, vec![]).await.unwrap();
        let script = "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']}).then(r => \
                      done(r.violations.filter(v => ['serious', 'critical'].includes(v.impact)).map(v => \
                      v.id + ': ' + v.nodes.map(n => n.html).slice(0, 3).join(' | '))));";
        let found = self.driver.execute_async(script, vec![]).await.unwrap();
        let violations: Vec<String> = found.convert().unwrap();
        assert!(violations.is_empty(), "axe: {}\n{}", violations.join("\n"), self.page().await);
        self.console_is_empty().await;
    }

    async fn console_is_empty(&self) {
        let logs = self.driver.browser_log().await.unwrap();
        assert!(logs.is_empty(), "console: {logs:?}");
    }

    /// Keeps a picture of the whole page when `JICAI_TEST_SHOTS` names a folder.
    pub async fn shot(&self, name: &str) {
        let Some(folder) = shots() else { return };
        let script = "return document.documentElement.scrollHeight";
        let height: u32 = self.driver.execute(script, vec![]).await.unwrap().convert().unwrap();
        let driver = &self.driver;
        driver.set_window_rect(0, 0, WIDTH, height.clamp(HEIGHT, 8_000) + 160).await.unwrap();
        driver.screenshot(&folder.join(format!("{name}.png"))).await.unwrap();
        driver.set_window_rect(0, 0, WIDTH, HEIGHT).await.unwrap();
    }

    /// Keeps the page as it is printed, when `JICAI_TEST_SHOTS` names a folder.
    pub async fn print(&self, name: &str) {
        if let Some(folder) = shots() {
            let pdf = self.driver.print_page(PrintParameters::default()).await.unwrap();
            std::fs::write(folder.join(format!("{name}.pdf")), pdf).unwrap();
        }
    }

    /// Closes the window.
    pub async fn close(self) {
        let _ = self.driver.clone().quit().await;
    }
}
