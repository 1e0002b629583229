//! What is known of a release, read from the folder of the schemas.

use std::path::{Path, PathBuf};

use qapi_codegen::behaviour::{self, Behaviour};
use qapi_codegen::devices::{self, Devices};
use qapi_codegen::imported::{self, Interface};
use qapi_codegen::schema::{Schema, resolve};
use qapi_codegen::traffic::check::{Checker, Knowledge, Requests};
use qapi_codegen::validate::validate;
use xtask::schema::Disk;

/// All that is known of one release.
pub struct Known {
    /// The system emulator's interface.
    pub schema: Schema,
    devices: Option<Devices>,
    requests: Requests,
    behaviour: Behaviour,
}

impl Known {
    /// Reads what is known of a series.
    pub fn of(series: &str) -> Known {
        let folder = schemas().join(series);
        let folder = folder.to_str().expect("the path is text");
        let loaded = imported::load(&Disk, folder, Interface::Qmp).expect("the series is imported");
        let valid = validate(loaded).expect("a restated schema breaks no rule");
        Known {
            schema: resolve(&valid),
            devices: devices::load(&Disk, folder).expect("the devices can be read"),
            requests: Requests::read(&text("requests.toml")).expect("the file is valid"),
            behaviour: behaviour::read(&text("behaviour.toml")).expect("the file is valid"),
        }
    }

    /// A checker that uses all of it.
    pub fn checker(&self) -> Checker<'_> {
        let knowledge = Knowledge {
            devices: self.devices.as_ref(),
            requests: Some(&self.requests),
            behaviour: Some(&self.behaviour),
            elsewhere: None,
        };
        Checker::new(&self.schema, knowledge)
    }
}

/// The folder of the restated schemas.
pub fn schemas() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas")
}

fn text(name: &str) -> String {
    std::fs::read_to_string(schemas().join(name)).expect("the file is part of the repository")
}
