//! Devices and other QOM types, as evidence from builds of QEMU.
//!
//! No schema lists them. A build of a release is asked for them, or its
//! answers were recorded. A list proves that a release has a device. It proves
//! an absence only together with the lists before and after it, because a
//! build leaves out what its target or its configuration does not have.
//!
//! `record` is one file about one build, `evidence` all of them together,
//! `removal` and `addition` the rules for absences, `listings` what all say of one device,
//! and `release_devices` the answers for one release.

mod addition;
pub mod evidence;
pub(super) mod file_text;
mod listings;
mod notes;
mod objects;
mod property_groups;
pub mod record;
pub mod release_devices;
pub(super) mod removal;
mod sorted_map;

pub use addition::Addition;
pub use evidence::{Build, BuildEvidence};
pub use listings::DeviceListings;
pub use notes::DeviceNotes;
pub use record::{BuildRecord, CompleteList, InvalidRecord, PropertyTypes, RecordSource};
pub use release_devices::{DeviceStatus, PropertyStatus, ReleaseDevices};
pub use removal::Removal;
pub use sorted_map::{SortedMap, TypeName};

use crate::schema::{BuiltinType, JsonKind};

/// The built-in type that reads values as a property of this type does.
pub fn builtin_type(property_type: &str) -> Option<BuiltinType> {
    match property_type {
        "string" => Some(BuiltinType::Str),
        "boolean" => Some(BuiltinType::Bool),
        ty if ty.starts_with("link<") => Some(BuiltinType::Str),
        ty => BuiltinType::from_name(ty).filter(|builtin| *builtin != BuiltinType::Any),
    }
}

/// The one type that stands for several types of a property, or nothing if
/// they read values differently.
pub fn common_type<'t>(mut types: impl Iterator<Item = &'t str>) -> Option<&'t str> {
    let first = types.next()?;
    types.try_fold(first, |common, ty| {
        if common == ty {
            return Some(common);
        }
        match (builtin_type(common), builtin_type(ty)) {
            (Some(one), Some(other)) if one.json_kind() == other.json_kind() => {
                Some(match one.json_kind() {
                    JsonKind::Integer => "int",
                    _ => common,
                })
            }
            _ => None,
        }
    })
}

/// Returns whether a type is a CPU model. QEMU names these after the model and
/// the target.
pub fn is_cpu(name: &str) -> bool {
    name.ends_with("-cpu") && name != "spapr-drc-cpu"
}
