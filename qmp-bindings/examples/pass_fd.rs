//! Opens an image and passes the file descriptor to QEMU, which may lack the permission
//! to open it.
//!
//! ```text
//! cargo run --example pass_fd --features fd-passing,v10_0 -- monitor.sock disk.raw
//! ```

mod support;

use std::fs::OpenOptions;
use std::os::fd::AsFd;
use std::process::ExitCode;

use qmp_bindings::blocking::AnyQmp;
use support::{Arguments, exit_code};

fn main() -> ExitCode {
    match Arguments::parse(2, "pass_fd [--release SERIES] SOCKET IMAGE") {
        Ok(arguments) => exit_code(pass(&arguments)),
        Err(code) => code,
    }
}

/// The types of these releases differ, but are used in the same way.
macro_rules! pass {
    ($release:ident, $qmp:expr, $image:expr) => {{
        use qmp_bindings::$release::{command::*, types::*};

        let (mut qmp, image) = ($qmp, $image);
        let file = OpenOptions::new().read(true).write(true).open(image)?;
        let added = qmp.execute_with_fds(
            AddFd {
                opaque: Some(image.to_owned()),
                ..AddFd::default()
            },
            &[file.as_fd()],
        )?;
        println!("{image} is in file descriptor set {}", added.fdset_id);

        let path = format!("/dev/fdset/{}", added.fdset_id);
        let options = BlockdevOptionsDriver::File(BlockdevOptionsFile::new(path));
        qmp.execute(BlockdevAdd(BlockdevOptions {
            node_name: Some("passed".to_owned()),
            ..BlockdevOptions::new(options)
        }))?;
        for node in qmp.execute(QueryNamedBlockNodes::default())? {
            let name = node.node_name.as_deref().unwrap_or("(no node name)");
            println!("{name}: {}", node.file);
        }
    }};
}

fn pass(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let (socket, image) = (&arguments.rest[0], &*arguments.rest[1]);
    match AnyQmp::connect_unix_with(socket, &arguments.options())? {
        AnyQmp::V10_0(qmp) => pass!(v10_0, qmp, image),
        #[cfg(feature = "v7_2")]
        AnyQmp::V7_2(qmp) => pass!(v7_2, qmp, image),
        _ => return Err("this release is not supported".into()),
    }
    Ok(())
}
