//! Migrated scripts, which the shell of the package `qemu.qmp` runs with real QEMUs.

use std::process::Command;

use libtest_mimic::Failed;
use tests::command_lines;
use tests::qemu::Program;
use tests::releases::release;

use super::lines::migrate;
use super::printed;

/// Scripts with the quotes that the shell of 3.1 removes, and the series that they were
/// written for. The first is the one that this project began with.
const SCRIPTS: [(&str, &str); 2] = [
    (
        "2.5",
        r#"# attach the disk
blockdev-add options='{"driver":"qcow2","id":"virtio0","file":{"driver":"file","filename":"DISK"}}'
device_add driver=virtio-blk-pci bus=pci.0 scsi=off drive=virtio0 id=virtio-disk0 bootindex=1
cont # start it
"#,
    ),
    (
        "2.11",
        r#"blockdev-add driver=qcow2 node-name=virtio0 file='{"driver": "file", "filename": "DISK"}'
device_add driver=virtio-blk-pci bus=pci.0 scsi=off drive=virtio0 id=virtio-disk0 bootindex=1
cont
"#,
    ),
];

/// The shell attaches the disk and starts the guest with a migrated script, and does
/// neither with the script as it was.
pub fn migrated_scripts(program: Program) -> Result<(), Failed> {
    let to = program.version().series().to_string();
    for (from, script) in SCRIPTS {
        let (migrated, _) = migrate(&release(from), &release(&to), script)?;
        let before = run_script(&program, script)?;
        assert!(!before.contains("\"qcow2\""), "{script}\n{before}");
        let after = run_script(&program, &migrated)?;
        assert_eq!(
            after.matches("\"return\": {}").count(),
            3,
            "{migrated}\n{after}"
        );
        for part in ["\"drv\": \"qcow2\"", "virtio-disk0", "\"running\": true"] {
            assert!(after.contains(part), "{part}: {migrated}\n{after}");
        }
    }
    Ok(())
}

/// Runs a script and asks for the block devices and the state.
fn run_script(program: &Program, script: &str) -> Result<String, Failed> {
    let qemu = program.start(&[]);
    command_lines::create_files(qemu.folder());
    let disk = qemu.folder().join("disk.qcow2").display().to_string();
    let lines = script.replace("DISK", &disk) + "query-block\nquery-status\n";
    let mut shell = Command::new("python3");
    shell.args(["-m", "qemu.qmp.qmp_shell"]).arg(qemu.socket());
    printed(&mut shell, &lines)
}
