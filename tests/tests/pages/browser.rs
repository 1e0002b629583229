//! Chromium, driven through `chromedriver`.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use libtest_mimic::Failed;
use serde_json::{Value, json};

use crate::webdriver::Session;

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
pub fn visit(visit: impl FnOnce(&Session) -> Outcome) -> Outcome {
    let driver = Driver::start()?;
    let session = Session::open(&driver.url, &capabilities())?;
    let outcome = visit(&session);
    session.quit()?;
    outcome
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
pub fn wait_until(session: &Session, script: &str) -> Outcome {
    for _ in 0..200 {
        let holds: bool = session.execute(script)?;
        if holds {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(50));
    }
    Err(format!("timed out: {script}").into())
}

/// Checks that no part of the page is outside the window at the widths of a
/// phone, a tablet and a desktop.
pub fn check_widths(session: &Session) -> Outcome {
    for width in [390, 768, 1280] {
        let metrics =
            json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        emulate(session, "Emulation.setDeviceMetricsOverride", metrics)?;
        let excess = "return document.documentElement.scrollWidth - window.innerWidth";
        let excess: i64 = session.execute(excess)?;
        check(excess <= 0, &format!("{excess} pixels too wide at {width}"))?;
    }
    emulate(session, "Emulation.clearDeviceMetricsOverride", json!({}))
}

/// Calls a method of Chromium's developer tools.
pub fn emulate(session: &Session, method: &str, parameters: Value) -> Outcome {
    let call = json!({ "cmd": method, "params": parameters });
    session.post("goog/cdp/execute", &call).map(drop)
}

/// Checks that the browser wrote nothing to its console.
pub fn check_console(session: &Session) -> Outcome {
    let entries = session.post("se/log", &json!({ "type": "browser" }))?;
    check(
        entries == json!([]),
        &format!("the console is empty: {entries:?}"),
    )
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

fn capabilities() -> Value {
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
    json!({
        "browserName": "chrome",
        "goog:chromeOptions": { "args": arguments },
        "goog:loggingPrefs": { "browser": "ALL" },
    })
}
