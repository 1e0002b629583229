//! `site`: the compatibility site, as static files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use qapi_codegen::imported::QemuProgram;
use site::inputs::{ProgramInputs, SiteInputs};

use crate::Outcome;
use crate::catalogue::{Catalogue, Release};
use crate::console::Console;
use crate::failure::Failure;
use crate::files::io_failure;
use crate::folder::{FolderContent, OtherFiles};
use crate::site_checker;
use crate::workspace;

/// Write the compatibility site into a folder
///
/// A page for each command, event, type and device of all releases, with a search,
/// the comparison of any two releases and a check of pasted requests. The pages
/// need no server: open `index.html` in a browser.
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo xtask site target/site")]
pub struct Site {
    /// The folder; it is new, empty or has a site that is replaced
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

/// A file by which a folder is recognised as a site.
const MARKER: &str = "names.js";

impl Site {
    /// Runs the command.
    pub fn run(self, console: &mut Console) -> Result<Outcome, Failure> {
        check_folder(&self.folder)?;
        let content = FolderContent {
            path: self.folder.clone(),
            files: site_files(site_checker::build(console)?)?,
            others: OtherFiles::Remove,
        };
        content.write()?;
        let size: usize = content.files.values().map(String::len).sum();
        console.status(&format!(
            "wrote {} files ({} MB) to {}; open {}",
            content.files.len(),
            size / 1_000_000,
            workspace::shown(&self.folder),
            workspace::shown(&self.folder.join("index.html"))
        ));
        Ok(Outcome::Fine)
    }
}

/// The files of the site, by their paths, with the checker if it was built.
pub fn site_files(checker: Option<Vec<u8>>) -> Result<BTreeMap<String, String>, Failure> {
    let catalogue = Catalogue::open()?;
    let read = |program| catalogue.releases(catalogue.series(), program);
    let releases = QemuProgram::ALL.map(|program| Ok((program, read(program)?)));
    let releases: Vec<_> = releases.into_iter().collect::<Result<_, Failure>>()?;
    let programs = releases.iter();
    let inputs = SiteInputs {
        series: catalogue.series(),
        programs: programs
            .map(|(program, releases)| program_inputs(*program, releases))
            .collect(),
        builds: catalogue.builds().read()?,
        command_lines: catalogue.command_lines().read()?,
        knowledge: catalogue.knowledge(),
        has_checker: checker.is_some(),
    };
    let mut files = site::pages(&inputs);
    if let Some(program) = checker {
        files.extend(site_checker::data_files(catalogue.series(), &program)?);
    }
    Ok(files)
}

fn program_inputs(program: QemuProgram, releases: &[Release]) -> ProgramInputs<'_> {
    ProgramInputs::new(
        program,
        releases.iter().map(|release| &release.schema).collect(),
    )
}

/// Refuses a folder whose files are not those of a site.
fn check_folder(folder: &Path) -> Result<(), Failure> {
    if !folder.exists() || folder.join(MARKER).is_file() {
        return Ok(());
    }
    let mut entries = fs::read_dir(folder).map_err(|error| io_failure("read", folder, &error))?;
    match entries.next() {
        None => Ok(()),
        Some(_) => Err(
            Failure::new(format!("`{}` has other files", workspace::shown(folder)))
                .with_help("name a new folder, an empty one, or one with a site"),
        ),
    }
}
