//! The page of a report in a browser: it filters, its links lead somewhere, it
//! fits narrow windows, and the browser complains of nothing.
//!
//! Needs `chromedriver` and Chromium; without them the test is reported as
//! ignored, unless `QMP_REQUIRE_BROWSER` is 1.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use qapi_codegen::diff::report::html;
use qapi_codegen::diff::usage::Usage;
use qapi_codegen::imported::QemuProgram;
use qapi_codegen::traffic::usage::read_usage;
use serde_json::{Value, json};
use thirtyfour::common::command::{Command as Ask, ExtensionCommand};
use thirtyfour::prelude::*;
use xtask::catalogue::Catalogue;
use xtask::failure::Failure;
use xtask::reports::compare_releases;

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
    let folder = tempfile::tempdir()?;
    for (name, use_of) in [("plain", None), ("used", Some(PROGRAM))] {
        let path = folder.path().join(name).with_extension("html");
        std::fs::write(&path, page_of(use_of)?)?;
        let address = format!("file://{}", path.display());
        session.goto(&address).await?;
        filters(session).await?;
        links(session, &address).await?;
        widths(session).await?;
        print(session).await?;
    }
    let actions = session.find_all(By::Css("#do-this li")).await?;
    check(actions.len() > 5, "the page says first what to do")?;
    complaints(session).await
}

/// The commands of a program that was written for QEMU 4.2.
const PROGRAM: &str = include_str!("../data/manager-4.2.jsonl");

/// A report, for all programs or for one.
fn page_of(program: Option<&str>) -> Result<String, Failed> {
    let catalogue = Catalogue::open().map_err(|error| error.to_string())?;
    let release = |series| catalogue.release(series, QemuProgram::Emulator);
    let (old, new) = (release("4.2"), release("8.2"));
    let (old, new) = (old.map_err(failed)?, new.map_err(failed)?);
    let mut report = compare_releases(&old, &new, &[]);
    if let Some(program) = program {
        let mut usage = Usage::default();
        read_usage(&mut program.as_bytes(), &|_| true, &mut usage)?;
        usage.apply(&mut report);
    }
    Ok(html(&report))
}

fn failed(failure: Failure) -> Failed {
    failure.to_string().into()
}

async fn filters(session: &WebDriver) -> Result<(), Failed> {
    let all = shown(session).await?;
    check(all > 100, "the page shows findings")?;
    click(session, "input[name=severity][value=compatible]").await?;
    let incompatible = shown(session).await?;
    check(
        0 < incompatible && incompatible < all,
        "the filter of severities hides some",
    )?;
    let command = session.find(By::Css("select[name=command]")).await?;
    command.send_keys("blockdev-add").await?;
    check(
        shown(session).await? < incompatible,
        "the filter of commands hides some",
    )?;
    reset(session).await?;
    check(shown(session).await? == all, "reset shows all")?;
    for subject in ["behaviour", "deprecation", "device", "type"] {
        let kind = format!(".entry[data-subject={subject}]");
        let before = count(session, &kind).await?;
        check(before > 0, subject)?;
        click(session, &format!("input[name=subject][value={subject}]")).await?;
        check(count(session, &kind).await? == 0, subject)?;
    }
    reset(session).await?;
    let text = session.find(By::Name("text")).await?;
    text.send_keys("node-name").await?;
    let found = shown(session).await?;
    check(0 < found && found < all, "the filter of texts hides some")?;
    let nothing = session.find(By::Id("nothing")).await?;
    check(!nothing.is_displayed().await?, "something matches")?;
    text.send_keys(" no such text").await?;
    check(
        nothing.is_displayed().await?,
        "the page says that nothing matches",
    )?;
    reset(session).await
}

async fn links(session: &WebDriver, address: &str) -> Result<(), Failed> {
    let all = shown(session).await?;
    click(session, "input[name=severity][value=compatible]").await?;
    let text = session.find(By::Name("text")).await?;
    text.send_keys("block").await?;
    let filtered = shown(session).await?;
    let link = session
        .find(By::Css("article.finding:not([hidden]) a.permalink"))
        .await?;
    let named = link.attr("href").await?.unwrap_or_default();
    link.click().await?;
    let target = By::Css(format!("[id='{}'].target", named.trim_start_matches('#')));
    check(
        session.find(target.clone()).await?.is_displayed().await?,
        "a permanent link leads to its finding",
    )?;
    let address_now = session.current_url().await?.to_string();
    check(
        address_now.contains(&named) && address_now.contains("text=block"),
        "the address has the finding and the filter",
    )?;
    session.refresh().await?;
    check(
        shown(session).await? == filtered && session.find(target).await?.is_displayed().await?,
        "a reload shows the same",
    )?;
    session.goto("about:blank").await?;
    session
        .goto(&format!("{address}#severity=breaking"))
        .await?;
    let breaking = shown(session).await?;
    check(
        0 < breaking && breaking < all,
        "an address keeps its filter",
    )?;
    reset(session).await
}

/// Nothing is wider than the window, with all details open.
async fn widths(session: &WebDriver) -> Result<(), Failed> {
    let open = "document.querySelectorAll('details').forEach(own => { own.open = true; })";
    session.execute(open, Vec::new()).await?;
    for width in [390, 768, 1280] {
        let metrics =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        emulate(session, "Emulation.setDeviceMetricsOverride", metrics).await?;
        let overflow = "return document.documentElement.scrollWidth - window.innerWidth";
        let overflow: i64 = session.execute(overflow, Vec::new()).await?.convert()?;
        check(
            overflow <= 0,
            &format!("{overflow} pixels too wide at {width}"),
        )?;
    }
    Ok(())
}

/// A print has what breaks and neither the filter nor what is compatible.
async fn print(session: &WebDriver) -> Result<(), Failed> {
    for (media, is_print) in [("print", true), ("", false)] {
        let media = json!({ "media": media });
        emulate(session, "Emulation.setEmulatedMedia", media).await?;
        for (part, is_printed) in [
            ("#do-this", true),
            ("article.is-breaking", true),
            ("article.is-compatible", false),
            ("#filter", false),
            ("#rust", false),
        ] {
            let part_element = session.find(By::Css(part)).await?;
            let is_displayed = part_element.is_displayed().await?;
            check(is_displayed == (is_printed || !is_print), part)?;
        }
    }
    Ok(())
}

async fn click(session: &WebDriver, element: &str) -> Result<(), Failed> {
    Ok(session.find(By::Css(element)).await?.click().await?)
}

async fn reset(session: &WebDriver) -> Result<(), Failed> {
    click(session, "button[type=reset]").await?;
    settle(session).await
}

/// The page resets its form before it filters anew.
async fn settle(session: &WebDriver) -> Result<(), Failed> {
    session
        .execute_async("setTimeout(arguments[0], 50)", Vec::new())
        .await?;
    Ok(())
}

async fn shown(session: &WebDriver) -> Result<u64, Failed> {
    count(session, "article.finding").await
}

/// The number of elements that the filter shows.
async fn count(session: &WebDriver, elements: &str) -> Result<u64, Failed> {
    let script = format!("return document.querySelectorAll('{elements}:not([hidden])').length");
    Ok(session.execute(script, Vec::new()).await?.convert()?)
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

/// Calls a method of Chromium's developer tools.
#[derive(Debug)]
struct DeveloperTools(Value);

impl ExtensionCommand for DeveloperTools {
    fn parameters_json(&self) -> Option<Value> {
        Some(self.0.clone())
    }

    fn method(&self) -> http::Method {
        http::Method::POST
    }

    fn endpoint(&self) -> Arc<str> {
        "/goog/cdp/execute".into()
    }
}

async fn emulate(session: &WebDriver, method: &str, parameters: Value) -> Result<(), Failed> {
    let call = DeveloperTools(json!({ "cmd": method, "params": parameters }));
    let command = Ask::ExtensionCommand(Box::new(call));
    session.handle().cmd(command).await?;
    Ok(())
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
