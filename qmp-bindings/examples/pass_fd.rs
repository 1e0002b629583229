//! Opens an image and passes the file descriptor to QEMU, which may lack the permission
//! to open it.
//!
//! ```text
//! cargo run --example pass_fd --features fd-passing,v10_0 -- monitor.sock disk.raw
//! ```

use std::fs::OpenOptions;
use std::os::fd::AsFd;
use std::process::ExitCode;

use qmp_bindings::blocking::Qmp;
use qmp_bindings::v10_0::{self, command::*, types::*};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(socket), Some(image)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: pass_fd SOCKET IMAGE");
        return ExitCode::from(2);
    };
    match pass(&socket, &image) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn pass(socket: &str, image: &str) -> Result<(), Box<dyn std::error::Error>> {
    let file = OpenOptions::new().read(true).write(true).open(image)?;
    let mut qmp = Qmp::<v10_0::Release>::connect_unix(socket)?;
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
    Ok(())
}
