//! The page of a report in a browser: it filters, its links lead somewhere, it
//! fits narrow windows, and the browser complains of nothing.

use libtest_mimic::Failed;
use qapi_codegen::diff::report::html;
use qapi_codegen::diff::usage::Usage;
use qapi_codegen::imported::QemuProgram;
use qapi_codegen::traffic::usage::read_usage;
use serde_json::json;
use thirtyfour::prelude::*;
use xtask::catalogue::Catalogue;
use xtask::failure::Failure;
use xtask::reports::compare_releases;

use crate::browser::{self, Outcome, check, check_console, check_widths, emulate};

/// Visits the page.
pub fn page() -> Outcome {
    browser::visit(visit)
}

async fn visit(session: &WebDriver) -> Outcome {
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
    check_console(session).await
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

async fn filters(session: &WebDriver) -> Outcome {
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
    for subject in ["behaviour", "deprecation", "device", "option", "type"] {
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

async fn links(session: &WebDriver, address: &str) -> Outcome {
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
async fn widths(session: &WebDriver) -> Outcome {
    let open = "document.querySelectorAll('details').forEach(own => { own.open = true; })";
    session.execute(open, Vec::new()).await?;
    check_widths(session).await
}

/// A print has what breaks and neither the filter nor what is compatible.
async fn print(session: &WebDriver) -> Outcome {
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

async fn click(session: &WebDriver, element: &str) -> Outcome {
    Ok(session.find(By::Css(element)).await?.click().await?)
}

async fn reset(session: &WebDriver) -> Outcome {
    click(session, "button[type=reset]").await?;
    settle(session).await
}

/// The page resets its form before it filters anew.
async fn settle(session: &WebDriver) -> Outcome {
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
