//! One function for each thing that is done to a request.

use std::borrow::Cow;

use super::rules::{Carry, FromTo, Literals, Respell, Rule, Scale, Set, Step};
use super::{Work, literals, places};
use crate::json::{JsonMember, JsonValue, parse};
use crate::knowledge::DeviceList;
use crate::schema::Schema;

/// Does all that a rule says; tells whether that changed anything.
///
/// # Errors
///
/// It cannot be done. The reason follows what the rule says.
pub fn all(
    rule: &Rule,
    schema: &Schema,
    devices: Option<&DeviceList>,
    work: &mut Work,
) -> Result<bool, String> {
    let before = work.message.clone();
    for step in &rule.steps {
        match step {
            Step::Command(name) => rename_command(work, name),
            Step::Unwrap(member) => unwrap(work, member)?,
            Step::Rename(names) => rename(work, names)?,
            Step::Merge(names) => merge(work, names)?,
            Step::Move(paths) => move_member(work, paths),
            Step::Drop(path) => drop_member(work, path),
            Step::Carry(carry) => self::carry(work, carry)?,
            Step::Set(set) => self::set(work, set)?,
            Step::Scale(scale) => self::scale(work, scale)?,
            Step::Respell(respell) => self::respell(work, respell),
            Step::Literals(Literals::Schema) => literals::by_schema(schema, &mut work.message),
            Step::Literals(Literals::Device) => {
                literals::by_device(devices, schema, &mut work.message)
            }
        }
    }
    Ok(work.message != before)
}

fn rename_command(work: &mut Work, name: &str) {
    for key in ["execute", "exec-oob"] {
        if let Some(command) = work.message.get_mut(key) {
            *command = JsonValue::string(name.to_owned());
        }
    }
}

/// The arguments, which are made where there are none.
fn arguments(work: &mut Work) -> Option<&mut JsonValue<'static>> {
    if work.message.get("arguments").is_none()
        && let Some(members) = work.message.members_mut()
    {
        let place = members.len().min(1);
        members.insert(
            place,
            JsonMember::new("arguments", JsonValue::Object(Vec::new())),
        );
    }
    work.message.get_mut("arguments")
}

fn change(work: &mut Work, path: &str, change: &mut dyn FnMut(&mut JsonValue<'static>, &str)) {
    if let Some(arguments) = arguments(work) {
        places::change(arguments, path, change);
    }
}

fn unwrap(work: &mut Work, member: &str) -> Result<(), String> {
    let Some(members) = arguments(work).and_then(JsonValue::members_mut) else {
        return Ok(());
    };
    let Some(place) = members.iter().position(|m| m.name.value == member) else {
        return Ok(());
    };
    let JsonValue::Object(inner) = members.remove(place).value else {
        return Err(format!("`{member}` is no object."));
    };
    let clash = inner
        .iter()
        .find(|new| members.iter().any(|old| old.name == new.name));
    if let Some(clash) = clash {
        return Err(format!("`{}` is given twice.", clash.name.value));
    }
    members.splice(place..place, inner);
    Ok(())
}

fn rename(work: &mut Work, names: &FromTo) -> Result<(), String> {
    let mut clash = false;
    change(work, &names.from, &mut |object, from| {
        if object.get(from).is_none() {
            return;
        }
        clash |= object.get(&names.to).is_some();
        for member in object.members_mut().into_iter().flatten() {
            if member.name.value == from {
                *member = JsonMember::new(names.to.clone(), member.value.clone());
            }
        }
    });
    match clash {
        true => Err(format!(
            "`{}` and `{}` are both given.",
            names.from, names.to
        )),
        false => Ok(()),
    }
}

fn merge(work: &mut Work, names: &FromTo) -> Result<(), String> {
    let Some(given) = arguments(work) else {
        return Ok(());
    };
    let text = |name: &str| {
        given
            .get(name)
            .and_then(JsonValue::as_str)
            .map(str::to_owned)
    };
    let (Some(old), new) = (text(&names.from), text(&names.to)) else {
        return Ok(());
    };
    let Some(new) = new else {
        work.links.made(&old, &old);
        return rename(work, names);
    };
    given.remove(&names.from);
    work.links.made(&old, &new);
    Ok(())
}

fn move_member(work: &mut Work, paths: &FromTo) {
    let mut taken = None;
    change(work, &paths.from, &mut |object, name| {
        taken = object.remove(name)
    });
    let Some(value) = taken else {
        return;
    };
    change(work, &paths.to, &mut |object, name| {
        if let Some(members) = object.members_mut() {
            members.push(JsonMember::new(name.to_owned(), value.clone()));
        }
    });
}

fn drop_member(work: &mut Work, path: &str) {
    change(work, path, &mut |object, name| {
        object.remove(name);
    });
}

fn carry(work: &mut Work, carry: &Carry) -> Result<(), String> {
    let Some(given) = arguments(work) else {
        return Ok(());
    };
    let node = places::all(given, &carry.name)
        .find_map(JsonValue::as_str)
        .map(str::to_owned);
    let mut taken = None;
    places::change(given, &carry.from, &mut |object, name| {
        taken = object.remove(name)
    });
    // An object with nothing left in it was there for what was taken.
    if let Some((outer, _)) = carry.from.rsplit_once('.') {
        places::change(given, outer, &mut |object, name| {
            if object
                .get(name)
                .and_then(JsonValue::members)
                .is_some_and(<[_]>::is_empty)
            {
                object.remove(name);
            }
        });
    }
    match (taken, node) {
        (None, _) => Ok(()),
        (Some(_), None) => Err("No device can be found for it, since it has no name.".to_owned()),
        (Some(value), Some(node)) => {
            work.links.carry(&node, &carry.property, value);
            Ok(())
        }
    }
}

fn set(work: &mut Work, set: &Set) -> Result<(), String> {
    let value = parse(&set.value)
        .map_err(|mistake| mistake.message)?
        .value
        .into_owned();
    change(
        work,
        &set.member,
        &mut |object, name| match object.get_mut(name) {
            Some(there) => *there = value.clone(),
            None => object
                .members_mut()
                .into_iter()
                .for_each(|members| members.push(JsonMember::new(name.to_owned(), value.clone()))),
        },
    );
    Ok(())
}

fn scale(work: &mut Work, scale: &Scale) -> Result<(), String> {
    let mut failed = false;
    change(work, &scale.member, &mut |object, name| {
        let Some(JsonValue::Number(text)) = object.get_mut(name) else {
            return;
        };
        let scaled = text.parse::<f64>().map(|number| number * scale.by);
        match scaled {
            // Beyond this, not every integer is a number of 64 bits.
            Ok(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
                *text = Cow::Owned(format!("{number:.0}"));
            }
            _ => failed = true,
        }
    });
    if failed {
        Err("It is no whole number then.".to_owned())
    } else {
        Ok(())
    }
}

fn respell(work: &mut Work, respell: &Respell) {
    change(work, &respell.member, &mut |object, name| {
        let Some(value) = object.get_mut(name) else {
            return;
        };
        if let Some(new) = value.as_str().and_then(|old| respell.texts.get(old)) {
            *value = JsonValue::string(new.clone());
        }
    });
}
