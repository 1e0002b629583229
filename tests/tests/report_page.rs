//! The committed page in a browser: it filters, its links lead somewhere, and
//! the browser complains of nothing.
//!
//! Needs `chromedriver` and Chromium; without them the test is reported as
//! ignored, unless `QMP_REQUIRE_BROWSER` is 1.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};
use thirtyfour::common::command::{Command as Ask, ExtensionCommand};
use thirtyfour::prelude::*;

fn main() {
    let arguments = Arguments::from_args();
    let required = std::env::var_os("QMP_REQUIRE_BROWSER").is_some_and(|value| value == "1");
    let is_there = runs("chromedriver") && browser().is_some();
    let ignored = !required && !is_there;
    let trial = Trial::test("page", page).with_ignored_flag(ignored);
    libtest_mimic::run(&arguments, vec![trial]).exit();
}

fn runs(program: &str) -> bool {
    let status = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

/// The browser by the name that it has here.
fn browser() -> Option<&'static str> {
    ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| runs(name))
}

/// A driver that is ended when the test is.
struct Driver {
    child: Child,
    url: String,
}

impl Driver {
    fn start() -> Result<Driver, Failed> {
        let mut command = Command::new("chromedriver");
        command
            .args(["--port=0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let mut child = command
            .spawn()
            .map_err(|error| format!("chromedriver: {error}"))?;
        let output = BufReader::new(child.stdout.take().ok_or("chromedriver has no output")?);
        let port = output.lines().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let port = port.ok_or("chromedriver told no port")?;
        Ok(Driver {
            child,
            url: format!("http://127.0.0.1:{port}"),
        })
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn page() -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let driver = Driver::start()?;
    runtime.block_on(async {
        let session = WebDriver::new(&driver.url, capabilities()?).await?;
        let outcome = visit(&session).await;
        session.quit().await?;
        outcome
    })
}

fn capabilities() -> Result<thirtyfour::ChromeCapabilities, Failed> {
    let mut capabilities = DesiredCapabilities::chrome();
    let arguments = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ];
    for argument in arguments {
        capabilities.add_arg(argument)?;
    }
    capabilities.set("goog:loggingPrefs", json!({ "browser": "ALL" }))?;
    Ok(capabilities)
}

async fn visit(session: &WebDriver) -> Result<(), Failed> {
    let report = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../schemas/reports/2.5-to-2.11.html")
        .canonicalize()?;
    let address = format!("file://{}", report.display());
    session.goto(&address).await?;
    let all = shown(session).await?;
    check(all > 100, "the page shows findings")?;

    session
        .find(By::Css("input[name=severity][value=compatible]"))
        .await?
        .click()
        .await?;
    let loud = shown(session).await?;
    check(
        0 < loud && loud < all,
        "the filter of severities hides some",
    )?;
    let command = session.find(By::Css("select[name=command]")).await?;
    command.send_keys("blockdev-add").await?;
    check(
        shown(session).await? < loud,
        "the filter of commands hides some",
    )?;
    session
        .find(By::Css("button[type=reset]"))
        .await?
        .click()
        .await?;
    settle(session).await?;
    check(shown(session).await? == all, "reset shows all")?;
    session
        .find(By::Name("text"))
        .await?
        .send_keys("node-name options")
        .await?;
    let found = shown(session).await?;
    check(0 < found && found < all, "the filter of texts hides some")?;

    let link = session
        .find(By::Css("article.finding:not([hidden]) a.permalink"))
        .await?;
    let named = link.attr("href").await?.unwrap_or_default();
    link.click().await?;
    let target = session
        .find(By::Css(format!("[id='{}']", named.trim_start_matches('#'))))
        .await?;
    check(
        target.is_displayed().await?,
        "a permanent link leads to its finding",
    )?;

    session
        .goto(&format!("{address}?severity=breaking{named}"))
        .await?;
    let breaking = shown(session).await?;
    check(
        0 < breaking && breaking < loud,
        "an address keeps its filter",
    )?;
    complaints(session).await
}

/// The page resets its form before it filters anew.
async fn settle(session: &WebDriver) -> Result<(), Failed> {
    session
        .execute_async("setTimeout(arguments[0], 50)", Vec::new())
        .await?;
    Ok(())
}

async fn shown(session: &WebDriver) -> Result<u64, Failed> {
    let count = "return document.querySelectorAll('article.finding:not([hidden])').length";
    let count: u64 = session.execute(count, Vec::new()).await?.convert()?;
    Ok(count)
}

fn check(holds: bool, what: &str) -> Result<(), Failed> {
    if holds {
        Ok(())
    } else {
        Err(format!("not so: {what}").into())
    }
}

/// Asks the browser for what it wrote to its console.
#[derive(Debug)]
struct Log;

impl ExtensionCommand for Log {
    fn parameters_json(&self) -> Option<Value> {
        Some(json!({ "type": "browser" }))
    }

    fn method(&self) -> http::Method {
        http::Method::POST
    }

    fn endpoint(&self) -> Arc<str> {
        "/se/log".into()
    }
}

async fn complaints(session: &WebDriver) -> Result<(), Failed> {
    let reply = session
        .handle()
        .cmd(Ask::ExtensionCommand(Box::new(Log)))
        .await?;
    let entries: Vec<Value> = reply.value()?;
    check(
        entries.is_empty(),
        &format!("the console is empty: {entries:?}"),
    )
}
