//! Writing a configuration file again with other options.

use super::group_of;
use super::sections::{ConfigEntry, ConfigSection, Sections};
use crate::traffic::command_line::Parameters;
use crate::traffic::read::command_line::{CommandWord, LoggedCommandLine, NewWord};

/// A key and its value.
type Entry = (String, String);

/// Writes a configuration file with other words, which are pairs of an option and
/// its argument. Returns `None` if a file cannot express them.
pub fn write(line: &LoggedCommandLine<'_>, words: &[NewWord]) -> Option<String> {
    let sections = Sections::parse(line.text).list;
    let mut text = String::new();
    let mut is_first = true;
    for pair in words.chunks(2) {
        let [option, argument] = pair else {
            return None;
        };
        let entries = entries(&argument.value);
        let index = option.origin.map(|origin| origin / 2);
        let own = index.and_then(|index| sections.get(index));
        let is_same = |own: &&ConfigSection<'_>| {
            Some(own.header.group) == option.value.strip_prefix('-').map(group_of)
        };
        let new = match own.filter(is_same) {
            Some(own) => edit(line.text, own, &entries)?,
            None => create(&option.value, &entries)?,
        };
        if !is_first {
            text.push_str(space_before(line.text, &sections, index));
        }
        is_first = false;
        text.push_str(&new);
    }
    (!text.is_empty()).then_some(text)
}

/// The text between a section and the one before it.
fn space_before<'t>(
    text: &'t str,
    sections: &[ConfigSection<'_>],
    index: Option<usize>,
) -> &'t str {
    let index = index.filter(|index| (1..sections.len()).contains(index));
    index.map_or("\n\n", |index| {
        &text[sections[index - 1].range.end..sections[index].range.start]
    })
}

/// The keys and values of an argument.
fn entries(argument: &str) -> Vec<Entry> {
    let word = CommandWord::plain(argument, 0..argument.len());
    let parameters = Parameters::parse(&word, false);
    let list = parameters.list.iter();
    list.map(|own| (own.key.to_owned(), own.value.to_string()))
        .collect()
}

fn is_writable(value: &str) -> bool {
    !value.contains(['"', '\n'])
}

fn create(option: &str, entries: &[Entry]) -> Option<String> {
    let group = group_of(option.strip_prefix('-')?);
    let id = entries.iter().find(|(key, _)| key == "id");
    let mut text = match id {
        Some((_, id)) => format!("[{group} \"{id}\"]"),
        None => format!("[{group}]"),
    };
    for (key, value) in entries.iter().filter(|(key, _)| key != "id") {
        text.push_str(&new_line(key, value, None)?);
    }
    (!entries.is_empty()).then_some(text)
}

/// A line for a key, with the indentation of another one.
fn new_line(key: &str, value: &str, like: Option<&str>) -> Option<String> {
    let indentation = like.map_or("  ", |line| &line[..line.len() - line.trim_start().len()]);
    is_writable(value).then(|| format!("\n{indentation}{key} = \"{value}\""))
}

/// Changes the lines of a section so that it has other entries.
fn edit(text: &str, section: &ConfigSection<'_>, new: &[Entry]) -> Option<String> {
    let has_id = section.header.id.is_some();
    let new = match (has_id, new.first()) {
        (true, Some((key, id))) if key == "id" && Some(&**id) == section.header.id => &new[1..],
        (true, _) => return None,
        (false, _) => new,
    };
    let old = &section.entries;
    let is_aligned = old.len() == new.len();
    let mut edited = text[section.header_range.clone()].to_owned();
    let mut end = section.header_range.end;
    let mut used = vec![false; new.len()];
    for (index, entry) in old.iter().enumerate() {
        let found = match is_aligned {
            true => Some(index),
            false => (0..new.len()).find(|&at| !used[at] && new[at].0 == entry.key),
        };
        let Some(found) = found else {
            end = entry.line.end;
            continue;
        };
        used[found] = true;
        edited.push_str(&text[end..entry.line.start]);
        edited.push_str(&edit_line(text, entry, &new[found])?);
        end = entry.line.end;
    }
    let like = old.first().map(|entry| &text[entry.line.clone()]);
    for ((key, value), _) in new.iter().zip(&used).filter(|(_, used)| !**used) {
        edited.push_str(&new_line(key, value, like)?);
    }
    Some(edited)
}

fn edit_line(text: &str, entry: &ConfigEntry<'_>, (key, value): &Entry) -> Option<String> {
    let line = &text[entry.line.clone()];
    let old = &text[entry.value.clone()];
    if entry.key == key && old == value {
        return Some(line.to_owned());
    }
    let offset = entry.value.start - entry.line.start;
    if offset == line.len() || !is_writable(value) {
        return None;
    }
    let (before, after) = (&line[..offset], &line[offset + old.len()..]);
    Some(format!(
        "{}{value}{after}",
        before.replacen(entry.key, key, 1)
    ))
}
