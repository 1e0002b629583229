//! The data of the search: names, and in a second file members and properties.
//!
//! A line of `names.js` is a definition: kind, name, first and last series, flags
//! and the short answer, separated by tabs. A line of `members.js` has the
//! members of the definition with the same number, as base-36 numbers of entries:
//! a name followed by its first and last series as two characters.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use qapi_codegen::imported::QemuProgram;

use crate::address::PageKind;
use crate::collect::command_line::CommandLineEntity;
use crate::collect::devices::Device;
use crate::collect::entities::Entity;
use crate::page::{Program, Site, instead_text};
use crate::presence::Presence;

/// Writes the two files.
pub fn files(site: &Site<'_>) -> BTreeMap<String, String> {
    let mut names = String::new();
    let mut members = Members::default();
    for program in &site.programs {
        for entity in &program.entities {
            names += &definition_line(site, program, entity);
            members.add_line(member_entries(site, program, entity));
        }
    }
    for device in &site.devices {
        names += &device_line(site, device);
        members.add_line(property_entries(device));
    }
    for entity in &site.command_line {
        names += &command_line_line(site, entity);
        members.add_line(parameter_entries(entity));
    }
    let series: Vec<String> = site.series.iter().map(ToString::to_string).collect();
    let names = format!(
        "window.siteNames = {{series: {}, lines: {}}};\n",
        script_value(&series),
        script_value(&names)
    );
    BTreeMap::from([
        ("names.js".to_owned(), names),
        ("members.js".to_owned(), members.script()),
    ])
}

/// The members of all definitions, each different entry once.
#[derive(Default)]
struct Members {
    entries: Vec<String>,
    numbers: HashMap<String, usize>,
    lines: String,
}

impl Members {
    fn add_line(&mut self, entries: impl Iterator<Item = String>) {
        let numbers: Vec<String> = entries.map(|entry| base_36(self.number(entry))).collect();
        self.lines += &numbers.join(" ");
        self.lines.push('\n');
    }

    fn number(&mut self, entry: String) -> usize {
        let next = self.entries.len();
        match self.numbers.entry(entry) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                self.entries.push(new.key().clone());
                *new.insert(next)
            }
        }
    }

    fn script(&self) -> String {
        format!(
            "window.siteMembers = {{entries: {}, lines: {}}};\n",
            script_value(&self.entries.join(" ")),
            script_value(&self.lines)
        )
    }
}

fn base_36(mut number: usize) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(digit(number % 36));
        number /= 36;
        if number == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

/// A value in a script. JSON is JavaScript; a script element cannot end in it.
pub fn script_value(value: &(impl serde::Serialize + ?Sized)) -> String {
    serde_json::to_string(value)
        .unwrap_or_default()
        .replace("</", "<\\/")
}

/// A number up to 35 as a character.
fn digit(index: usize) -> char {
    char::from_digit(index as u32, 36).unwrap_or('z')
}

/// The letter of a kind: upper case in the guest agent, with a dot before it in
/// the storage daemon.
fn kind_code(program: QemuProgram, kind: PageKind, is_enum: bool) -> String {
    let letter = match kind {
        PageKind::Type if is_enum => "n",
        PageKind::Command => "c",
        PageKind::Event => "e",
        PageKind::Type => "t",
        PageKind::Device => "d",
        PageKind::Option => "o",
        PageKind::Machine => "m",
        PageKind::Cpu => "u",
    };
    match program {
        QemuProgram::Emulator => letter.to_owned(),
        QemuProgram::GuestAgent => letter.to_uppercase(),
        QemuProgram::StorageDaemon => format!(".{letter}"),
    }
}

/// The first and the last series, counted among all series of the site.
fn range(site: &Site<'_>, program: &Program<'_>, presence: &Presence) -> String {
    let position = |index: Option<usize>| {
        let series = index.and_then(|index| program.inputs.series.get(index));
        let position = series.and_then(|series| site.series.iter().position(|own| own == series));
        digit(position.unwrap_or(0))
    };
    [presence.first(), presence.last()]
        .map(position)
        .into_iter()
        .collect()
}

fn definition_line(site: &Site<'_>, program: &Program<'_>, entity: &Entity<'_>) -> String {
    let newest = program.inputs.newest();
    let is_gone = entity.presence.last() != Some(newest);
    let flags = match entity.deprecated.contains(newest) {
        _ if is_gone => "r",
        true => "d",
        false => "",
    };
    let answer = match flags {
        "" => String::new(),
        _ => instead_text(site, program, entity).unwrap_or_default(),
    };
    format!(
        "{}\t{}\t{}\t{flags}\t{}\n",
        kind_code(
            program.program(),
            entity.kind,
            entity.type_kind == Some("enum")
        ),
        plain(entity.name),
        range(site, program, &entity.presence),
        plain(&answer),
    )
}

fn device_line(site: &Site<'_>, device: &Device<'_>) -> String {
    let first = device.presence.first().unwrap_or(0);
    let last = device
        .presence
        .last()
        .unwrap_or(site.series.len().saturating_sub(1));
    let (flags, removed) = match &device.removed {
        Some(text) => ("r", text.as_str()),
        None => ("", ""),
    };
    let kind = kind_code(QemuProgram::Emulator, PageKind::Device, false);
    let (name, first, last) = (plain(device.name), digit(first), digit(last));
    format!("{kind}\t{name}\t{first}{last}\t{flags}\t{removed}\n")
}

/// The line of an option has what to write instead; that of a machine type or CPU
/// model has its removal.
fn command_line_line(site: &Site<'_>, entity: &CommandLineEntity<'_>) -> String {
    let newest = site.series.len().saturating_sub(1);
    let flags = match &entity.removed {
        Some(_) => "r",
        None if entity.deprecated.contains(newest) => "d",
        None => "",
    };
    let instead = entity.replacement.map(|text| format!("`{text}`"));
    let instead = instead.or(entity.reason.map(str::to_owned));
    let answer = match entity.kind {
        _ if flags.is_empty() => None,
        PageKind::Option => instead,
        _ => entity.removed.clone(),
    };
    let kind = kind_code(QemuProgram::Emulator, entity.kind, false);
    let first = digit(entity.presence.first().unwrap_or(0));
    let last = digit(entity.presence.last().unwrap_or(newest));
    let (name, answer) = (plain(entity.name), plain(&answer.unwrap_or_default()));
    format!("{kind}\t{name}\t{first}{last}\t{flags}\t{answer}\n")
}

fn parameter_entries(entity: &CommandLineEntity<'_>) -> impl Iterator<Item = String> {
    let whole = entity.parameters.iter().filter(|own| own.values.is_empty());
    whole.map(|own| member_entry(own.name, &own.presence, own.removed.is_some()))
}

fn member_entries(
    site: &Site<'_>,
    program: &Program<'_>,
    entity: &Entity<'_>,
) -> impl Iterator<Item = String> {
    let rows = entity.members.rows.iter();
    rows.map(move |row| word(&row.name) + &range(site, program, &row.presence))
}

fn property_entries(device: &Device<'_>) -> impl Iterator<Item = String> {
    let properties = device.properties.iter();
    properties.map(|own| member_entry(own.name, &own.presence, own.removed.is_some()))
}

/// The entry of what lists of builds show. What none proves to be removed is still
/// there.
fn member_entry(name: &str, presence: &Presence, is_removed: bool) -> String {
    let first = digit(presence.first().unwrap_or(0));
    let last = match is_removed {
        true => digit(presence.last().unwrap_or(0)),
        false => 'z',
    };
    format!("{}{first}{last}", word(name))
}

/// Text without the separators of lines.
fn plain(text: &str) -> String {
    text.replace(['\t', '\n'], " ")
}

/// Text without the separators of entries.
fn word(text: &str) -> String {
    text.replace(['\t', '\n', ' '], "\u{a0}")
}
