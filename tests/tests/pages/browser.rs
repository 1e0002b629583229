//! Chromium, driven through `chromedriver`.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use libtest_mimic::Failed;
use serde_json::{Value, json};
use thirtyfour::common::command::{Command as DriverCommand, ExtensionCommand};
use thirtyfour::prelude::*;

/// The outcome of a visit.
pub type Outcome = Result<(), Failed>;

/// Returns whether tests in a browser are ignored: it is missing, and
/// `QMP_REQUIRE_BROWSER` is not 1.
pub fn is_ignored() -> bool {
    let browsers = ["chromium", "chromium-browser", "google-chrome"];
    let is_there = runs("chromedriver") && browsers.into_iter().any(runs);
    !is_required() && !is_there
}

/// Returns whether `QMP_REQUIRE_BROWSER` makes a missing browser a failure.
pub fn is_required() -> bool {
    std::env::var_os("QMP_REQUIRE_BROWSER").is_some_and(|value| value == "1")
}

fn runs(program: &str) -> bool {
    let mut command = Command::new(program);
    let status = command.arg("--version").stdout(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Runs a visit in a new browser, which ends with it.
pub fn visit(visit: impl AsyncFnOnce(&WebDriver) -> Outcome) -> Outcome {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build()?;
    let driver = Driver::start()?;
    runtime.block_on(async {
        let session = WebDriver::new(&driver.url, capabilities()?).await?;
        let outcome = visit(&session).await;
        session.quit().await?;
        outcome
    })
}

/// The address of a local file.
pub fn file_address(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// Fails with a message unless a condition holds.
pub fn check(holds: bool, what: &str) -> Outcome {
    match holds {
        true => Ok(()),
        false => Err(format!("not so: {what}").into()),
    }
}

/// Waits until a script returns `true`.
pub async fn wait_until(session: &WebDriver, script: &str) -> Outcome {
    for _ in 0..200 {
        let holds: bool = session.execute(script, Vec::new()).await?.convert()?;
        if holds {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    Err(format!("timed out: {script}").into())
}

/// Checks that no part of the page is outside the window at the widths of a
/// phone, a tablet and a desktop.
pub async fn check_widths(session: &WebDriver) -> Outcome {
    for width in [390, 768, 1280] {
        let metrics =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        emulate(session, "Emulation.setDeviceMetricsOverride", metrics).await?;
        let excess = "return document.documentElement.scrollWidth - window.innerWidth";
        let excess: i64 = session.execute(excess, Vec::new()).await?.convert()?;
        check(excess <= 0, &format!("{excess} pixels too wide at {width}"))?;
    }
    emulate(session, "Emulation.clearDeviceMetricsOverride", json!({})).await
}

/// Calls a method of Chromium's developer tools.
pub async fn emulate(session: &WebDriver, method: &str, parameters: Value) -> Outcome {
    let call = DeveloperTools(json!({ "cmd": method, "params": parameters }));
    let command = DriverCommand::ExtensionCommand(Box::new(call));
    session.handle().cmd(command).await?;
    Ok(())
}

/// A call of Chromium's developer tools.
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

/// Checks that the browser wrote nothing to its console.
pub async fn check_console(session: &WebDriver) -> Outcome {
    let command = DriverCommand::ExtensionCommand(Box::new(ConsoleLog));
    let entries: Vec<Value> = session.handle().cmd(command).await?.value()?;
    check(
        entries.is_empty(),
        &format!("the console is empty: {entries:?}"),
    )
}

/// The command for what the browser wrote to its console.
#[derive(Debug)]
struct ConsoleLog;

impl ExtensionCommand for ConsoleLog {
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

/// A driver that is ended when the visit is.
struct Driver {
    child: Child,
    url: String,
}

impl Driver {
    fn start() -> Result<Driver, Failed> {
        let mut command = Command::new("chromedriver");
        command
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let child = command.spawn();
        let mut child = child.map_err(|error| format!("chromedriver: {error}"))?;
        let output = BufReader::new(child.stdout.take().ok_or("chromedriver has no output")?);
        let port = output.lines().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let port = port.ok_or("chromedriver reported no port")?;
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

fn capabilities() -> WebDriverResult<thirtyfour::ChromeCapabilities> {
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
