//! `generate`: bindings of a release that the workspace does not have, and bindings
//! for another crate.

mod dependent;
mod new_release;
mod tools;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use tests::qemu::trial;
use tests::shared;

fn main() -> ExitCode {
    if env::var_os(tools::AS_XTASK).is_some() {
        return xtask::main(xtask::Tool::Workspace);
    }
    let arguments = Arguments::from_args();
    let new_release = |shared: PathBuf| new_release::whole_way(&shared);
    let mut trials: Vec<Trial> = vec![trial(
        "new-release",
        shared::shared(),
        shared::is_required(),
        new_release,
    )];
    let dependent: [(&str, fn() -> Result<(), Failed>); 3] = [
        ("dependent-crate", dependent::compiles_and_connects),
        ("stale-module-tree", dependent::stale_files_are_found),
        ("bad-folder", dependent::bad_folders_are_refused),
    ];
    trials.extend(dependent.map(|(name, test)| Trial::test(name, test)));
    libtest_mimic::run(&arguments, trials).exit_code()
}
