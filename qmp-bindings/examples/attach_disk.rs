//! Attaches a qcow2 image as a virtio disk and starts the guest, on QEMU 2.5, 2.11, 5.2,
//! 7.2, 10.0 or 11.1.
//!
//! ```text
//! cargo run --example attach_disk --features v2_5,v2_11,v5_2,v7_2,v10_0,v11_1 -- \
//!     monitor.sock disk.qcow2
//! ```
//!
//! Before 2.8, `blockdev-add` took its options in the argument `options`, and named the
//! node by `id`. Since then the options are the arguments, and `node-name` is the name.
//! Since 9.2 the properties of a device have types, and virtio disks have no `scsi`.
//!
//! The greeting decides which types are used, or `--release`. Arguments that a release
//! would reject do not compile.

mod support;

use std::process::ExitCode;

use qmp_bindings::blocking::{AnyQmp, Qmp};
use qmp_bindings::{CommandOf, Error, Release};
use qmp_bindings::{v2_5, v2_11, v5_2, v7_2, v10_0, v11_1};
use serde_json::{Value, json};

use qmp_bindings::v10_0::command::{Cont, DeviceAdd, QueryStatus};
use support::{Arguments, exit_code};

const NODE: &str = "virtio0";

fn main() -> ExitCode {
    match Arguments::parse(2, "attach_disk [--release SERIES] SOCKET IMAGE") {
        Ok(arguments) => exit_code(attach(&arguments)),
        Err(code) => code,
    }
}

fn attach(arguments: &Arguments) -> Result<(), Error> {
    let (socket, image) = (&arguments.rest[0], &arguments.rest[1]);
    let untyped = || json!({"scsi": "off", "bootindex": "1"});
    let typed = || json!({"bootindex": 1});
    match AnyQmp::connect_unix_with(socket, &arguments.options())? {
        AnyQmp::V2_5(mut qmp) => {
            qmp.execute(v2_5::command::BlockdevAdd::new(options_2_5(image)))?;
            plug(qmp, untyped())
        }
        AnyQmp::V2_11(mut qmp) => {
            qmp.execute(v2_11::command::BlockdevAdd(options_2_11(image)))?;
            plug(qmp, untyped())
        }
        AnyQmp::V5_2(mut qmp) => {
            qmp.execute(v5_2::command::BlockdevAdd(options_5_2(image)))?;
            plug(qmp, typed())
        }
        AnyQmp::V7_2(mut qmp) => {
            qmp.execute(v7_2::command::BlockdevAdd(options_7_2(image)))?;
            plug(qmp, typed())
        }
        AnyQmp::V10_0(mut qmp) => {
            qmp.execute(v10_0::command::BlockdevAdd(options_10_0(image)))?;
            plug(qmp, typed())
        }
        AnyQmp::V11_1(mut qmp) => {
            qmp.execute(v11_1::command::BlockdevAdd(options_11_1(image)))?;
            plug(qmp, typed())
        }
        _ => Err(Error::Unsupported("this release is not supported")),
    }
}

/// Adds the device and starts the guest. These commands did not change since 2.5.
fn plug<R: Release>(mut qmp: Qmp<R>, properties: Value) -> Result<(), Error>
where
    DeviceAdd: CommandOf<R>,
    Cont: CommandOf<R>,
    QueryStatus: CommandOf<R>,
{
    let Value::Object(mut extra) = properties else {
        unreachable!("properties are an object");
    };
    extra.insert("drive".to_owned(), NODE.into());
    qmp.execute(DeviceAdd {
        bus: Some("pci.0".to_owned()),
        id: Some("virtio-disk0".to_owned()),
        extra,
        ..DeviceAdd::new("virtio-blk-pci")
    })?;
    qmp.execute(Cont {})?;
    let status = qmp.execute(QueryStatus {})?;
    println!("QEMU {}: {status:?}", qmp.greeting().version);
    Ok(())
}

fn options_2_5(image: &str) -> v2_5::types::BlockdevOptions {
    use v2_5::types::*;
    let file = BlockdevOptionsDriver::File(BlockdevOptionsFile::new(image));
    let file = BlockdevRef::Definition(Box::new(BlockdevOptions::new(file)));
    let qcow2 = BlockdevOptionsDriver::Qcow2(BlockdevOptionsQcow2::new(file));
    BlockdevOptions {
        id: Some(NODE.to_owned()),
        ..BlockdevOptions::new(qcow2)
    }
}

/// The types of the releases since 2.8 differ, but are used in the same way.
macro_rules! options {
    ($name:ident, $release:ident) => {
        fn $name(image: &str) -> $release::types::BlockdevOptions {
            use $release::types::*;
            let file = BlockdevOptionsDriver::File(BlockdevOptionsFile::new(image));
            let file = BlockdevRef::Definition(Box::new(BlockdevOptions::new(file)));
            let qcow2 = BlockdevOptionsDriver::Qcow2(BlockdevOptionsQcow2::new(file));
            BlockdevOptions {
                node_name: Some(NODE.to_owned()),
                ..BlockdevOptions::new(qcow2)
            }
        }
    };
}
options!(options_2_11, v2_11);
options!(options_5_2, v5_2);
options!(options_7_2, v7_2);
options!(options_10_0, v10_0);
options!(options_11_1, v11_1);
