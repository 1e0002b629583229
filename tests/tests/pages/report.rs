//! The page of a report in a browser: it filters, its links lead somewhere, it
//! fits narrow windows, and the browser complains of nothing.

use libtest_mimic::Failed;
use qapi_codegen::diff::report::html;
use qapi_codegen::diff::usage::Usage;
use qapi_codegen::imported::QemuProgram;
use qapi_codegen::traffic::usage::read_usage;
use serde_json::json;
use xtask::catalogue::Catalogue;
use xtask::failure::Failure;
use xtask::reports::compare_releases;

use crate::browser::{self, Outcome, check, check_console, check_widths, emulate};
use crate::webdriver::Session;

/// Visits the page.
pub fn page() -> Outcome {
    browser::visit(visit)
}

fn visit(session: &Session) -> Outcome {
    let folder = tempfile::tempdir()?;
    for (name, use_of) in [("plain", None), ("used", Some(PROGRAM))] {
        let path = folder.path().join(name).with_extension("html");
        std::fs::write(&path, page_of(use_of)?)?;
        let address = format!("file://{}", path.display());
        session.goto(&address)?;
        filters(session)?;
        links(session, &address)?;
        widths(session)?;
        print(session)?;
    }
    let actions = session.find_all("#do-this li")?;
    check(actions.len() > 5, "the page says first what to do")?;
    check_console(session)
}

/// The commands of a program that was written for QEMU 4.2.
const PROGRAM: &str = include_str!("../../data/manager-4.2.jsonl");

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

fn filters(session: &Session) -> Outcome {
    let all = shown(session)?;
    check(all > 100, "the page shows findings")?;
    click(session, "input[name=severity][value=compatible]")?;
    let incompatible = shown(session)?;
    check(
        0 < incompatible && incompatible < all,
        "the filter of severities hides some",
    )?;
    let command = session.find("select[name=command]")?;
    command.send_keys("blockdev-add")?;
    check(
        shown(session)? < incompatible,
        "the filter of commands hides some",
    )?;
    reset(session)?;
    check(shown(session)? == all, "reset shows all")?;
    for subject in ["behaviour", "deprecation", "device", "option", "type"] {
        let kind = format!(".entry[data-subject={subject}]");
        let before = count(session, &kind)?;
        check(before > 0, subject)?;
        click(session, &format!("input[name=subject][value={subject}]"))?;
        check(count(session, &kind)? == 0, subject)?;
    }
    reset(session)?;
    let text = session.find("[name=text]")?;
    text.send_keys("node-name")?;
    let found = shown(session)?;
    check(0 < found && found < all, "the filter of texts hides some")?;
    let nothing = session.find("#nothing")?;
    check(!nothing.is_displayed()?, "something matches")?;
    text.send_keys(" no such text")?;
    check(
        nothing.is_displayed()?,
        "the page says that nothing matches",
    )?;
    reset(session)
}

fn links(session: &Session, address: &str) -> Outcome {
    let all = shown(session)?;
    click(session, "input[name=severity][value=compatible]")?;
    let text = session.find("[name=text]")?;
    text.send_keys("block")?;
    let filtered = shown(session)?;
    let link = session.find("article.finding:not([hidden]) a.permalink")?;
    let named = link.attribute("href")?.unwrap_or_default();
    link.click()?;
    let target = format!("[id='{}'].target", named.trim_start_matches('#'));
    check(
        session.find(&target)?.is_displayed()?,
        "a permanent link leads to its finding",
    )?;
    let address_now = session.current_address()?;
    check(
        address_now.contains(&named) && address_now.contains("text=block"),
        "the address has the finding and the filter",
    )?;
    session.refresh()?;
    check(
        shown(session)? == filtered && session.find(&target)?.is_displayed()?,
        "a reload shows the same",
    )?;
    session.goto("about:blank")?;
    session.goto(&format!("{address}#severity=breaking"))?;
    let breaking = shown(session)?;
    check(
        0 < breaking && breaking < all,
        "an address keeps its filter",
    )?;
    reset(session)
}

/// Nothing is wider than the window, with all details open.
fn widths(session: &Session) -> Outcome {
    let open = "document.querySelectorAll('details').forEach(own => { own.open = true; })";
    session.execute::<()>(open)?;
    check_widths(session)
}

/// A print has what breaks and neither the filter nor what is compatible.
fn print(session: &Session) -> Outcome {
    for (media, is_print) in [("print", true), ("", false)] {
        let media = json!({ "media": media });
        emulate(session, "Emulation.setEmulatedMedia", media)?;
        for (part, is_printed) in [
            ("#do-this", true),
            ("article.is-breaking", true),
            ("article.is-compatible", false),
            ("#filter", false),
            ("#rust", false),
        ] {
            let part_element = session.find(part)?;
            let is_displayed = part_element.is_displayed()?;
            check(is_displayed == (is_printed || !is_print), part)?;
        }
    }
    Ok(())
}

fn click(session: &Session, element: &str) -> Outcome {
    session.find(element)?.click()
}

fn reset(session: &Session) -> Outcome {
    click(session, "button[type=reset]")?;
    settle(session)
}

/// The page resets its form before it filters anew.
fn settle(session: &Session) -> Outcome {
    session.execute_async("setTimeout(arguments[0], 50)")
}

fn shown(session: &Session) -> Result<u64, Failed> {
    count(session, "article.finding")
}

/// The number of elements that the filter shows.
fn count(session: &Session, elements: &str) -> Result<u64, Failed> {
    let script = format!("return document.querySelectorAll('{elements}:not([hidden])').length");
    session.execute(&script)
}
