//! Files for `-readconfig`: options as groups of `key = "value"`.

mod edit;
mod sections;

use super::{CommandWord, LoggedCommandLine, WordSyntax};
use crate::traffic::command_line::parameters::doubled;
use crate::traffic::read::command_line::word::WordBuilder;
use crate::traffic::read::notation::{Block, Line, Notation, Reading, decode_utf8};

pub use edit::write;

use sections::{ConfigHeader, ConfigSection, Sections};

/// The program that command lines of configuration files have.
pub const PROGRAM: &str = "-readconfig";

/// The greatest length of a file.
const MAX_LENGTH: usize = 1 << 17;

/// Groups that have another name than their option.
const RENAMED: [(&str, &str); 4] = [
    ("acpi", "acpitable"),
    ("boot-opts", "boot"),
    ("memory", "m"),
    ("smp-opts", "smp"),
];

/// Groups with which a file may begin.
const GROUPS: [&str; 36] = [
    "accel",
    "acpi",
    "action",
    "add-fd",
    "audiodev",
    "boot-opts",
    "chardev",
    "device",
    "drive",
    "fsdev",
    "fw_cfg",
    "global",
    "icount",
    "iscsi",
    "machine",
    "memory",
    "mon",
    "msg",
    "name",
    "net",
    "netdev",
    "nic",
    "numa",
    "object",
    "option-rom",
    "overcommit",
    "realtime",
    "rtc",
    "sandbox",
    "smbios",
    "smp-opts",
    "spice",
    "tpmdev",
    "trace",
    "virtfs",
    "vnc",
];

/// The option of a group.
fn option_of(group: &str) -> &str {
    let mut renamed = RENAMED.iter();
    let found = renamed.find(|(own, _)| *own == group);
    found.map_or(group, |(_, option)| option)
}

/// The group of an option.
fn group_of(option: &str) -> &str {
    let mut renamed = RENAMED.iter();
    let found = renamed.find(|(_, own)| *own == option);
    found.map_or(option, |(group, _)| group)
}

/// Files for `-readconfig`.
pub struct ConfigFiles;

impl Notation for ConfigFiles {
    fn name(&self) -> &'static str {
        "configuration file"
    }

    fn find(&self, line: &Line<'_>, from: usize) -> Option<usize> {
        let is_header = line.is_start && from == 0 && line.text.starts_with(b"[");
        let text = std::str::from_utf8(line.text).ok().filter(|_| is_header)?;
        let header = ConfigHeader::parse(text)?;
        GROUPS.contains(&header.group).then_some(0)
    }

    fn read<'a>(&mut self, block: &Block<'a>) -> Reading<'a> {
        let text = &block.text[..block.text.len().min(MAX_LENGTH)];
        let text = decode_utf8(text)
            .or_else(|error| decode_utf8(&text[..error.offset]))
            .unwrap_or_default();
        let sections = Sections::parse(text);
        let can_continue = !block.is_at_end && block.text.len() < MAX_LENGTH;
        if sections.is_open && can_continue {
            return Reading::Incomplete;
        }
        if !is_evident(&sections.list) {
            return Reading::Text;
        }
        let end = sections.list.last().map_or(0, |section| section.range.end);
        let text = &text[..end];
        let line = LoggedCommandLine {
            text,
            position: block.position(),
            notation: "configuration file",
            is_argument: false,
            syntax: WordSyntax::Config,
            words: words(text, &sections.list),
        };
        Reading::CommandLine(end, line)
    }
}

/// Returns whether sections are those of QEMU: other programs have files with
/// sections and values in quotes, too.
fn is_evident(sections: &[ConfigSection<'_>]) -> bool {
    let has = |section: &ConfigSection<'_>, keys: &[&str]| {
        let mut entries = section.entries.iter();
        entries.any(|entry| keys.contains(&entry.key))
    };
    sections.iter().any(|section| match section.header.group {
        group if !GROUPS.contains(&group) => false,
        "machine" => has(section, &["type", "accel"]),
        "smp-opts" | "boot-opts" => true,
        _ => section.header.id.is_some() && !section.entries.is_empty(),
    })
}

/// The words of the command line that sections stand for.
fn words(text: &str, sections: &[ConfigSection<'_>]) -> Vec<CommandWord<'static>> {
    let word = |range: std::ops::Range<usize>, value: &str| {
        let mut builder = WordBuilder::new(range.start);
        for character in value.chars() {
            builder.push(character, range.clone());
        }
        builder.finish(range.end)
    };
    let mut words = vec![word(0..0, PROGRAM)];
    for section in sections {
        let header = section.header_range.clone();
        words.push(word(
            header.clone(),
            &format!("-{}", option_of(section.header.group)),
        ));
        let mut parameters: Vec<String> = Vec::new();
        parameters.extend(section.header.id.map(|id| format!("id={}", doubled(id))));
        parameters.extend(section.entries.iter().map(|entry| {
            let value = &text[entry.value.clone()];
            format!("{}={}", entry.key, doubled(value))
        }));
        words.push(word(header.end..section.range.end, &parameters.join(",")));
    }
    words
}

impl LoggedCommandLine<'_> {
    /// The files for `-readconfig` that the command line names.
    pub fn config_files(&self) -> impl Iterator<Item = &str> {
        let pairs = self.arguments().windows(2);
        let named = pairs.filter(|pair| {
            matches!(pair[0].value(), "-readconfig" | "--readconfig")
                && pair[1].variables().is_empty()
        });
        named.map(|pair| pair[1].value())
    }

    /// Returns whether this is a file for `-readconfig`.
    pub fn is_config(&self) -> bool {
        self.syntax == WordSyntax::Config
    }

    /// The group whose header a word of such a file is from.
    pub fn config_group(&self, word: &CommandWord<'_>) -> Option<&str> {
        let header = self.text.get(word.range.clone())?;
        let header = ConfigHeader::parse(header).filter(|_| self.is_config());
        header.map(|header| header.group)
    }
}

#[cfg(test)]
mod tests;
