//! The compatibility site in a browser, read from files.
//!
//! The check of accessibility needs axe-core, whose script `QMP_AXE` names or
//! `.ci/install` puts into `target/node`.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use libtest_mimic::Failed;
use qapi_codegen::diff::report::FindingCounts;
use qapi_codegen::imported::QemuProgram;
use serde_json::{Value, json};
use xtask::catalogue::{Catalogue, Release};
use xtask::commands::site::site_files;
use xtask::console::{ColorChoice, Console};
use xtask::failure::Failure;
use xtask::reports::compare_releases;
use xtask::site_checker;

use crate::browser::{
    self, Outcome, check, check_console, check_widths, emulate, file_address, is_required,
    wait_until,
};
use crate::webdriver::Session;

/// Writes the site and visits it.
pub fn pages() -> Outcome {
    let folder = tempfile::tempdir()?;
    let checker = site_checker::build(&mut Console::new(ColorChoice::Never));
    let checker = checker.map_err(|failure| failure.to_string())?;
    check(
        checker.is_some() || !is_required(),
        "the checker can be built",
    )?;
    write_site(folder.path(), checker)?;
    browser::visit(|session| {
        let site = Site {
            session,
            top: file_address(folder.path()),
        };
        site.search()?;
        site.compare()?;
        site.check_requests()?;
        site.layout()?;
        check_console(session)
    })
}

/// Writes the site as it is where the compiler cannot build the checker.
pub fn pages_without_checker() -> Outcome {
    let folder = tempfile::tempdir()?;
    write_site(folder.path(), None)?;
    browser::visit(|session| {
        let site = Site {
            session,
            top: file_address(folder.path()),
        };
        site.look_up_names()?;
        site.compare_steps()?;
        check_console(session)
    })
}

fn write_site(folder: &Path, checker: Option<Vec<u8>>) -> Outcome {
    let files = site_files(checker).map_err(|failure| failure.to_string())?;
    let first_view = ["index.html", "style.css", "names.js", "search.js"];
    let size: usize = first_view.iter().map(|name| files[*name].len()).sum();
    check(size < 300_000, &format!("{size} bytes for the first view"))?;
    for (name, content) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, content)?;
    }
    Ok(())
}

struct Site<'s> {
    session: &'s Session,
    top: String,
}

/// What people search for, and what the first result says.
const SEARCHES: [(&str, &str, &str); 12] = [
    ("change", "command/change.html", "removed in 6.0"),
    (
        "what replaced change",
        "command/change.html",
        "blockdev-change-medium",
    ),
    (
        "blockdev-add node-name",
        "command/blockdev-add.html#m-node-name",
        "since 2.8",
    ),
    (
        "since when does blockdev-add take node-name",
        "command/blockdev-add.html#m-node-name",
        "since 2.8",
    ),
    (
        "virtio-blk-pci scsi",
        "device/virtio-blk-pci.html#m-scsi",
        "until 9.0, removed in 9.1",
    ),
    (
        "migrate 8.2 10.2",
        "upgrade.html?from=8.2&to=10.2&name=migrate",
        "8.2 to 10.2",
    ),
    ("ide-drive", "device/ide-drive.html", "removed in"),
    ("query-cpus", "command/query-cpus.html", "query-cpus-fast"),
    ("-realtime", "option/-realtime.html", "removed in 6.0"),
    (
        "chardev reconnect",
        "option/-chardev.html#m-reconnect",
        "until 10.1, removed in 10.2",
    ),
    ("pc-i440fx-2.5", "machine/pc-i440fx-2.5.html", "removed"),
    ("Haswell", "cpu/Haswell.html", "to 11.1"),
];

const REQUEST: &str = r#"{"execute": "blockdev-add", "arguments": {"options": {"driver": "qcow2", "id": "virtio0", "file": {"driver": "file", "filename": "a.qcow2"}}}}"#;

impl Site<'_> {
    fn open(&self, page: &str) -> Outcome {
        self.session.goto("about:blank")?;
        self.session.goto(&format!("{}/{page}", self.top))
    }

    fn text(&self, element: &str) -> Result<String, Failed> {
        self.session.find(element)?.text()
    }

    fn search(&self) -> Outcome {
        for (query, page, expected) in SEARCHES {
            self.open("index.html")?;
            let field = self.session.find("#q")?;
            field.send_keys(query)?;
            wait_until(
                self.session,
                "return document.getElementById('status').textContent !== ''",
            )?;
            let link = self.session.find("#results a")?;
            let address = link.attribute("href")?.unwrap_or_default();
            check(
                address == page,
                &format!("`{query}` finds {page}: {address}"),
            )?;
            let text = link.text()?;
            check(
                text.contains(expected),
                &format!("`{query}` answers {expected}: {text}"),
            )?;
            link.click()?;
            let title = self.session.title()?;
            check(!title.is_empty(), "the link leads to a page")?;
        }
        self.open("index.html?q=change")?;
        self.session.refresh()?;
        check(
            self.text("#results li")?.contains("removed in 6.0"),
            "a reload keeps the search",
        )
    }

    fn compare(&self) -> Outcome {
        self.open("index.html")?;
        self.session.find(".pair button")?.click()?;
        let compared =
            "return /^From 8.2 to .* breaking/.test(document.getElementById('status').textContent)";
        wait_until(self.session, compared)?;
        self.check_count("8.2", "10.2")?;
        self.open("upgrade.html?from=8.2&to=10.2")?;
        let field = self.session.find("[name=name]")?;
        field.send_keys("migrate")?;
        let first = "return document.querySelector('#changes h3 code')?.textContent === 'migrate'";
        wait_until(self.session, first)?;
        let text = self.text("#changes section")?;
        for part in [
            "argument blk removed",
            "argument inc removed",
            "blockdev-mirror",
            "9.1",
        ] {
            check(text.contains(part), &format!("migrate: {part}: {text}"))?;
        }
        self.session.refresh()?;
        wait_until(self.session, first)?;
        check(
            self.text("#changes section")? == text,
            "a reload keeps the comparison",
        )?;
        for media in ["print", ""] {
            let media = json!({ "media": media });
            emulate(self.session, "Emulation.setEmulatedMedia", media)?;
            let printed = self.text("#changes section")?;
            check(
                printed.contains("argument blk removed"),
                "changes are printed",
            )?;
        }
        Ok(())
    }

    /// The page lists as many changes as `diff` reports.
    fn check_count(&self, from: &str, to: &str) -> Outcome {
        let expected = diff_counts(from, to)?.by_effect();
        self.open(&format!("upgrade.html?from={from}&to={to}&all=1"))?;
        let [breaking, dangerous, compatible] = expected;
        let status = format!(
            "From {from} to {to}: {breaking} breaking, {dangerous} dangerous, {compatible} compatible changes."
        );
        let shown = format!(
            "return document.getElementById('status').textContent === {}",
            serde_json::to_string(&status)?
        );
        wait_until(self.session, &shown)
    }

    /// Puts text into the field of the checker, and waits for a status that a regular
    /// expression matches.
    fn paste(&self, text: &str, status: &str) -> Outcome {
        let field = self.session.find("#text")?;
        field.send_keys(text)?;
        let button = self.session.find("#check button")?;
        button.click()?;
        let answered =
            format!("return /{status}/.test(document.getElementById('status').textContent)");
        wait_until(self.session, &answered)
    }

    /// Without the checker, the names in pasted text are looked up.
    fn look_up_names(&self) -> Outcome {
        self.open("check.html?from=2.5&to=2.11")?;
        let text = format!("{REQUEST}\nqemu-system-x86_64 -readconfig a");
        self.paste(&text, "looked up for QEMU 2.11")?;
        let answers = self.text("#answers")?;
        for part in [
            "blockdev-add",
            "options not in 2.11, last in 2.7",
            "-readconfig",
        ] {
            check(answers.contains(part), &format!("{part}: {answers}"))?;
        }
        let lead = self.text(".lead")?;
        check(
            lead.contains("rustup target add wasm32-wasip1"),
            &format!("the page says how to get the checker: {lead}"),
        )
    }

    /// Without the checker, the comparison has the changes of each series.
    fn compare_steps(&self) -> Outcome {
        self.open("upgrade.html?from=8.2&to=10.2&name=migrate")?;
        let first = "return document.querySelector('#changes h3 code')?.textContent === 'migrate'";
        wait_until(self.session, first)?;
        let text = self.text("#changes section")?;
        check(text.contains("argument blk removed"), &text)
    }

    /// The request from which this project began is answered with its rewrite.
    fn check_requests(&self) -> Outcome {
        self.open("check.html?from=2.5&to=2.11")?;
        if self.session.find_all("#text")?.is_empty() {
            return check(!is_required(), "the site has the checker");
        }
        self.paste(REQUEST, "rejected|failed")?;
        let status = self.text("#status")?;
        check(
            status.starts_with("1 request: 0 accepted, 1 rejected"),
            &status,
        )?;
        let answer = self.text("#answers article")?;
        for part in [
            "unexpected argument options",
            "Advice:",
            "\"node-name\": \"virtio0\"",
        ] {
            check(answer.contains(part), &format!("{part}: {answer}"))?;
        }
        self.session.refresh()?;
        let pair = "return document.querySelector('[name=from]').value + document.querySelector('[name=to]').value";
        let pair: String = self.session.execute(pair)?;
        check(pair == "2.52.11", "a reload keeps the releases")
    }

    /// Pages fit each window and are accessible.
    fn layout(&self) -> Outcome {
        let axe = axe_script()?;
        for page in [
            "index.html?q=change",
            "command/blockdev-add.html",
            "device/virtio-blk-pci.html",
            "type/BlockdevOptions.html",
            "option/-machine.html",
            "machine/pc-i440fx-2.5.html",
            "cpu/Haswell.html",
            "options.html",
            "upgrade.html?from=2.5&to=11.1&name=block",
            "check.html",
            "commands.html",
        ] {
            self.open(page)?;
            thread::sleep(Duration::from_millis(200));
            check_widths(self.session).map_err(|error| at_page(page, &error))?;
            if let Some(axe) = &axe {
                self.check_accessibility(axe)
                    .map_err(|error| at_page(page, &error))?;
            }
        }
        Ok(())
    }

    fn check_accessibility(&self, axe: &str) -> Outcome {
        self.session.execute::<()>(axe)?;
        let run = "axe.run({ preload: false }).then(found => arguments[0](found.violations.map(own => \
                   own.impact + ' ' + own.id + ' ' + own.nodes.slice(0, 2).map(node => node.html).join(' '))))";
        let found: Vec<Value> = self.session.execute_async(run)?;
        let found: Vec<&str> = found.iter().filter_map(Value::as_str).collect();
        let is_serious = |text: &&&str| text.starts_with("serious") || text.starts_with("critical");
        let serious: Vec<&&str> = found.iter().filter(is_serious).collect();
        check(
            serious.is_empty(),
            &format!("axe finds nothing serious: {serious:#?}"),
        )
    }
}

/// The numbers of findings of `diff`.
fn diff_counts(from: &str, to: &str) -> Result<FindingCounts, Failed> {
    let counts = || {
        let catalogue = Catalogue::open()?;
        let [old, new] = [from, to].map(|name| catalogue.release(name, QemuProgram::Emulator));
        let (old, new) = (old?, new?);
        let [low, high] = [&old, &new].map(|release| release.schema.version.series());
        let between = catalogue.series_between(low, high);
        let between = catalogue.releases(&between, QemuProgram::Emulator)?;
        let between: Vec<&Release> = between.iter().collect();
        Ok(compare_releases(&old, &new, &between).counts)
    };
    counts().map_err(|failure: Failure| failure.to_string().into())
}

fn at_page(page: &str, error: &Failed) -> Failed {
    format!("{page}: {}", error.message().unwrap_or_default()).into()
}

/// The script of axe-core, if it is installed.
fn axe_script() -> Result<Option<String>, String> {
    let default = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../target/node/node_modules/axe-core/axe.min.js");
    let path = std::env::var_os("QMP_AXE").map_or(default, PathBuf::from);
    match fs::read_to_string(&path) {
        Ok(script) => Ok(Some(script)),
        Err(error) if is_required() => Err(format!("{}: {error}", path.display())),
        Err(_) => Ok(None),
    }
}
