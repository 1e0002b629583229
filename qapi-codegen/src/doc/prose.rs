//! The prose of documentation comments.

use super::section::{Section, SectionKind};

/// A paragraph or an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProseBlock {
    /// The lines of a paragraph or a list.
    Text(Vec<String>),
    /// The lines of an example, which keep their layout.
    Literal(Vec<String>),
}

/// Divides the text of a section into blocks.
///
/// Examples have three notations: the section `Example:`, lines that begin with
/// `|`, and text indented below a line that ends with `::`. Lines that begin
/// with an arrow are always examples.
pub fn blocks(section: &Section<'_>, heading: Option<&str>) -> Vec<ProseBlock> {
    let is_example = matches!(section.kind, SectionKind::Tagged(tag) if tag.starts_with("Example"));
    let mut builder = ProseBuilder {
        blocks: Vec::new(),
        literal: is_example.then_some(0),
        open: false,
    };
    if let Some(heading) = heading {
        builder.add(false, heading);
    }
    let margin = margin(&section.lines);
    for (index, line) in section.lines.iter().enumerate() {
        let margin = if index == 0 { 0 } else { margin };
        builder.line(line.get(margin..).unwrap_or_default());
    }
    builder.finish()
}

/// The indentation that all lines but the first share.
fn margin(lines: &[&str]) -> usize {
    let indented = lines.iter().skip(1).filter(|line| !line.trim().is_empty());
    indented.map(|line| indentation(line)).min().unwrap_or(0)
}

fn indentation(line: &str) -> usize {
    line.bytes().take_while(|&byte| byte == b' ').count()
}

struct ProseBuilder {
    blocks: Vec<ProseBlock>,
    /// The minimum indentation of the current example.
    literal: Option<usize>,
    /// The last block may be continued.
    open: bool,
}

impl ProseBuilder {
    fn line(&mut self, line: &str) {
        if line.trim().is_empty() {
            return self.blank();
        }
        if self.literal.is_some_and(|least| indentation(line) < least) {
            self.literal = None;
            self.open = false;
        }
        if self.literal.is_some() {
            if !is_option(line) {
                self.add(true, line);
            }
            return;
        }
        match line.trim_start() {
            text if text.starts_with(".. ") => self.directive(text, indentation(line)),
            text if text.starts_with("| ") => self.add(true, &text[2..]),
            text if is_exchange(text) => self.add(true, line),
            _ if self.open && is_literal(self.blocks.last()) => self.add(true, line),
            _ => self.paragraph(line),
        }
    }

    fn blank(&mut self) {
        match self.blocks.last_mut() {
            Some(ProseBlock::Literal(lines)) if self.literal.is_some() => lines.push(String::new()),
            _ => self.open = false,
        }
    }

    fn paragraph(&mut self, line: &str) {
        match line.strip_suffix("::") {
            Some(text) => {
                self.add(false, &format!("{text}:"));
                self.literal = Some(indentation(line) + 1);
            }
            None => self.add(false, line),
        }
    }

    /// Parses `.. qmp-example::` and `.. note:: text`.
    fn directive(&mut self, text: &str, indentation: usize) {
        let (name, rest) = text[3..].split_once("::").unwrap_or((&text[3..], ""));
        self.open = false;
        match name {
            "qmp-example" | "code-block" => self.literal = Some(indentation + 1),
            "note" => self.add(false, &format!("Note: {}", rest.trim_start())),
            _ => self.add(false, rest.trim_start()),
        }
    }

    fn add(&mut self, literal: bool, line: &str) {
        let line = line.trim_end().to_owned();
        match self.blocks.last_mut() {
            Some(ProseBlock::Literal(lines))
                if literal && (self.open || self.literal.is_some()) =>
            {
                lines.push(line);
            }
            Some(ProseBlock::Text(lines)) if !literal && self.open => lines.push(line),
            _ if literal => self.blocks.push(ProseBlock::Literal(vec![line])),
            _ => self.blocks.push(ProseBlock::Text(vec![line])),
        }
        self.open = true;
    }

    fn finish(mut self) -> Vec<ProseBlock> {
        self.blocks.retain_mut(|block| {
            let (ProseBlock::Text(lines) | ProseBlock::Literal(lines)) = block;
            let end = lines.iter().rposition(|line| !line.is_empty());
            lines.truncate(end.map_or(0, |last| last + 1));
            !lines.is_empty()
        });
        self.blocks
    }
}

fn is_literal(block: Option<&ProseBlock>) -> bool {
    matches!(block, Some(ProseBlock::Literal(_)))
}

/// Returns `true` for a message of a client or a server.
fn is_exchange(text: &str) -> bool {
    text.starts_with("-> ") || text.starts_with("<- ")
}

/// Returns `true` for an option of an example, such as `:annotated:`.
fn is_option(line: &str) -> bool {
    let text = line.trim_start();
    text.starts_with(":title:") || text.starts_with(":annotated:")
}
