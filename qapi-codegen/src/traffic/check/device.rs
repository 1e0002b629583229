//! The open arguments of `device_add`.

use super::path::Path;
use super::problem::{Code, Problem, Severity};
use super::shapes::Shape;
use super::value::{Mode, Walk};
use super::{hints, literal};
use crate::devices::{Device, Devices};
use crate::dialect;
use crate::schema::{NamedType, TypeKind, ValueType};
use crate::traffic::json::{Member, Value};

/// Checks the arguments of `device_add`.
pub fn check<'w, 'k>(
    walk: &Walk<'w, 'k>,
    shape: &'w Shape<'k>,
    arguments: &Value<'_>,
    problems: &mut Vec<Problem>,
) {
    let is_typed = dialect::TYPED_DEVICE_ARGUMENTS.contains(walk.checker.series);
    let walk = Walk {
        mode: if is_typed {
            Mode::Request
        } else {
            Mode::Options
        },
        ..*walk
    };
    let known = find(&walk, arguments, problems);
    for member in arguments.members().unwrap_or_default() {
        let name = member.name.value.as_ref();
        let path = Path::Root.member(name);
        match (shape.member(name), &known) {
            // QEMU looks for a text and takes anything else for nothing.
            (Some(stated), _) if stated.optional && member.value.as_str().is_none() => {
                problems.push(literal::passed_over(&member.value, &path));
            }
            (Some(stated), _) => walk.value(stated.ty, &member.value, &path, problems),
            (None, Some((devices, device))) => {
                property(&walk, devices, device, member, problems);
            }
            (None, None) => {}
        }
    }
    walk.missing_stated(shape, arguments, problems);
}

/// The device that is to be added, if its properties are known.
fn find<'k>(
    walk: &Walk<'_, 'k>,
    arguments: &Value<'_>,
    problems: &mut Vec<Problem>,
) -> Option<(&'k Devices, &'k Device)> {
    let devices = walk.checker.knowledge.devices?;
    let driver = arguments.get("driver")?.as_str()?;
    let requests = walk.checker.knowledge.requests;
    let name = requests.map_or(driver, |known| known.device(driver, walk.checker.series));
    if let Some(device) = devices.device(name) {
        return Some((devices, device));
    }
    let path = Path::Root.member("driver");
    let series = walk.checker.series;
    let shown = hints::shortened(driver);
    problems.push(match devices.is_unlisted(name) {
        true => {
            let message = format!("QEMU {series} does not tell the properties of `{shown}`");
            Problem::new(Code::Unchecked, Severity::Unknown, &path, message)
        }
        false => {
            let message = format!("QEMU {series} has no device `{shown}`");
            let near = hints::nearest(name, devices.names());
            Problem::error(Code::UnknownDevice, &path, message)
                .with_help(hints::did_you_mean(&near))
        }
    });
    None
}

fn property(
    walk: &Walk<'_, '_>,
    devices: &Devices,
    device: &Device,
    member: &Member<'_>,
    problems: &mut Vec<Problem>,
) {
    let name = member.name.value.as_ref();
    let path = Path::Root.member(name);
    if walk.mode == Mode::Options && literal::is_passed_over(&member.value) {
        problems.push(literal::passed_over(&member.value, &path));
        return;
    }
    match devices.property(device, name) {
        Some(ty) => typed(walk, ty, &member.value, &path, problems),
        None => problems.push(unexpected(walk, devices, device, name)),
    }
}

fn unexpected(walk: &Walk<'_, '_>, devices: &Devices, device: &Device, name: &str) -> Problem {
    let shown = hints::shortened(name);
    let series = walk.checker.series;
    let message = format!("the device has no property `{shown}` in QEMU {series}");
    let names = devices.properties(device).map(|(name, _)| name);
    let near = hints::nearest(name, names.chain(["bus", "driver", "id"]));
    Problem::error(Code::UnexpectedMember, &Path::Root.member(&shown), message)
        .with_help(hints::did_you_mean(&near))
}

/// Checks the value of a property by the name of its type.
fn typed(
    walk: &Walk<'_, '_>,
    ty: &str,
    value: &Value<'_>,
    path: &Path<'_>,
    problems: &mut Vec<Problem>,
) {
    if is_free(ty, path) {
        return;
    }
    let schema = walk.checker.schema;
    let is_enum = |id: &_| matches!(schema.get(*id).kind, TypeKind::Enum(_));
    if let Some(builtin) = literal::builtin(ty) {
        problems.extend(walk.builtin(builtin, value, path));
    } else if let Some(id) = schema.find_type(ty).filter(is_enum) {
        walk.value(
            ValueType::One(NamedType::Defined(id)),
            value,
            path,
            problems,
        );
    }
}

/// Whether a property takes values that its type does not tell.
fn is_free(ty: &str, path: &Path<'_>) -> bool {
    // The place of a PCI device is a number or a text such as `05.0`.
    let is_address = matches!(path, Path::Member(Path::Root, "addr"));
    is_address || matches!(ty, "list" | "struct" | "busnr" | "guest statistics")
}
