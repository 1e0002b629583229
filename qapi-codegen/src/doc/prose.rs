//! The text of a comment, for those who generate with documentation.

use super::section::{Section, SectionKind};

/// A piece of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProseBlock {
    /// A paragraph or a list, a line each.
    Text(Vec<String>),
    /// Something to show as it is, such as an example; a line each.
    Literal(Vec<String>),
}

/// The text of a part of a comment.
///
/// Three notations of examples are known: the lines of the part `Example:`,
/// lines that begin with `|`, and what is indented below a line that ends with
/// `::`. Lines that begin with an arrow are examples wherever they stand.
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
    /// In an example, whose lines are indented at least this much.
    literal: Option<usize>,
    /// Whether the last block may be continued.
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

    /// Reads `.. qmp-example::` and `.. note:: text`.
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
        for block in &mut self.blocks {
            let (ProseBlock::Text(lines) | ProseBlock::Literal(lines)) = block;
            while lines.last().is_some_and(String::is_empty) {
                lines.pop();
            }
        }
        self.blocks.retain(|block| {
            let (ProseBlock::Text(lines) | ProseBlock::Literal(lines)) = block;
            !lines.is_empty()
        });
        self.blocks
    }
}

fn is_literal(block: Option<&ProseBlock>) -> bool {
    matches!(block, Some(ProseBlock::Literal(_)))
}

/// Whether a line shows what a client sends or a server answers.
fn is_exchange(text: &str) -> bool {
    text.starts_with("-> ") || text.starts_with("<- ")
}

/// Whether a line tells how to show an example, such as `:annotated:`.
fn is_option(line: &str) -> bool {
    let text = line.trim_start();
    text.starts_with(":title:") || text.starts_with(":annotated:")
}
