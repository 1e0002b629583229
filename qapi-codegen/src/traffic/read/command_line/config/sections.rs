//! The sections of a configuration file, divided as QEMU does it.

use std::ops::Range;

/// The header of a section: `[device "id"]` or `[machine]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConfigHeader<'t> {
    /// The name of the group.
    pub group: &'t str,
    /// The id.
    pub id: Option<&'t str>,
}

/// A section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigSection<'t> {
    pub header: ConfigHeader<'t>,
    /// The range of the line of the header, without the line end.
    pub header_range: Range<usize>,
    pub entries: Vec<ConfigEntry<'t>>,
    /// The range from the header to the last entry, without the line end.
    pub range: Range<usize>,
}

/// A line `key = "value"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigEntry<'t> {
    pub key: &'t str,
    /// The range of the value without its quotes; it is empty without quotes.
    pub value: Range<usize>,
    /// The range of the line, without the line end.
    pub line: Range<usize>,
}

/// The sections at the beginning of a text.
pub struct Sections<'t> {
    pub list: Vec<ConfigSection<'t>>,
    /// `true` if there is no line after them that ends them.
    pub is_open: bool,
}

impl<'t> ConfigHeader<'t> {
    /// Parses a line that begins with a header.
    pub fn parse(line: &'t str) -> Option<ConfigHeader<'t>> {
        let inside = line.strip_prefix('[')?;
        let is_space = |c: char| c.is_ascii_whitespace();
        let end = inside.find(is_space).unwrap_or(inside.len());
        let id = inside[end..].trim_start_matches(is_space);
        let id = id.strip_prefix('"').and_then(|id| id.split_once('"'));
        if let Some((id, _)) = id.filter(|(id, _)| end > 0 && !id.is_empty()) {
            return Some(ConfigHeader {
                group: &inside[..end],
                id: Some(id),
            });
        }
        let group = inside.split(']').next().filter(|group| !group.is_empty())?;
        let group = group.split('\n').next().unwrap_or_default();
        Some(ConfigHeader { group, id: None })
    }
}

impl<'t> Sections<'t> {
    /// Parses the sections at the beginning of a text. They end before a line that is
    /// neither empty nor a comment nor of the form `key = value`.
    pub fn parse(text: &'t str) -> Sections<'t> {
        let mut list: Vec<ConfigSection<'t>> = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let content = line.trim_end_matches(['\n', '\r']);
            let range = start..start + content.len();
            start += line.len();
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            let header = ConfigHeader::parse(content);
            match (
                header,
                ConfigEntry::parse(text, range.clone()),
                list.last_mut(),
            ) {
                (Some(header), _, _) => list.push(ConfigSection {
                    header,
                    header_range: range.clone(),
                    entries: Vec::new(),
                    range,
                }),
                (None, Some(entry), Some(section)) => {
                    section.range.end = range.end;
                    section.entries.push(entry);
                }
                _ => {
                    return Sections {
                        list,
                        is_open: false,
                    };
                }
            }
        }
        Sections {
            list,
            is_open: true,
        }
    }
}

impl<'t> ConfigEntry<'t> {
    /// Parses a line. The key ends at white space, and a value without quotes is
    /// empty.
    fn parse(text: &'t str, line: Range<usize>) -> Option<ConfigEntry<'t>> {
        let content = &text[line.clone()];
        if !content.contains('=') {
            return None;
        }
        let key = content.split_ascii_whitespace().next()?;
        let rest = content.trim_start().get(key.len()..)?.trim_start();
        let value = rest.strip_prefix('=').and_then(|value| {
            let value = value.trim_start().strip_prefix('"')?;
            let start = line.start + (content.len() - value.len());
            value.find('"').map(|length| start..start + length)
        });
        Some(ConfigEntry {
            key,
            value: value.unwrap_or(line.end..line.end),
            line,
        })
    }
}
