//! Changes of JSON text that keep what does not change.

use std::ops::Range;

use super::{JsonMember, JsonStyle, JsonValue};

/// Returns the text of a new value, in which everything that the old value has
/// too is as in its text: the spelling of values, and the space around them.
///
/// `text` is valid and has the value `old`.
pub fn rewrite(text: &str, old: &JsonValue<'_>, new: &JsonValue<'_>) -> String {
    let start = text.len() - text.trim_start().len();
    let mut scanner = SpanScanner {
        text,
        offset: start,
    };
    let span = scanner.scan(old);
    let rewriter = Rewriter {
        text,
        style: JsonStyle::detect(text),
        root: &span,
    };
    let rewritten = rewriter.rewrite_value(&span, new);
    let (before, after) = (&text[..start], &text[span.range.end..]);
    format!("{before}{rewritten}{after}")
}

/// The place of a value in its text.
struct ValueSpan<'v> {
    range: Range<usize>,
    value: &'v JsonValue<'v>,
    items: Vec<ItemSpan<'v>>,
}

/// The place of an element, or of a member with its name.
struct ItemSpan<'v> {
    range: Range<usize>,
    name: Option<&'v str>,
    value: ValueSpan<'v>,
}

/// Scans text whose value is known.
struct SpanScanner<'t> {
    text: &'t str,
    offset: usize,
}

impl SpanScanner<'_> {
    fn scan<'v>(&mut self, value: &'v JsonValue<'v>) -> ValueSpan<'v> {
        self.skip_space();
        let start = self.offset;
        let items = match value {
            JsonValue::Array(elements) => self.scan_items(elements, |element| (None, element)),
            JsonValue::Object(members) => {
                self.scan_items(members, |member| (Some(&*member.name.value), &member.value))
            }
            JsonValue::String(_) => {
                self.skip_string();
                Vec::new()
            }
            _ => {
                self.skip_word();
                Vec::new()
            }
        };
        let range = start..self.offset;
        ValueSpan {
            range,
            value,
            items,
        }
    }

    fn scan_items<'v, T>(
        &mut self,
        items: &'v [T],
        parts: impl Fn(&'v T) -> (Option<&'v str>, &'v JsonValue<'v>),
    ) -> Vec<ItemSpan<'v>> {
        let mut spans = Vec::with_capacity(items.len());
        self.offset += 1;
        for item in items {
            let (name, value) = parts(item);
            self.skip_space();
            let start = self.offset;
            if name.is_some() {
                self.skip_string();
                self.skip_space();
                self.offset += 1;
            }
            let value = self.scan(value);
            let range = start..self.offset;
            spans.push(ItemSpan { range, name, value });
            self.skip_space();
            // The comma, or the closing bracket.
            self.offset += 1;
        }
        if items.is_empty() {
            self.skip_space();
            self.offset += 1;
        }
        spans
    }

    fn rest(&self) -> &[u8] {
        &self.text.as_bytes()[self.offset..]
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.offset += rest.len() - rest.trim_ascii_start().len();
    }

    fn skip_word(&mut self) {
        let is_end = |byte: &u8| b",]} \t\r\n".contains(byte);
        let end = self.rest().iter().position(is_end);
        self.offset += end.unwrap_or(self.rest().len());
    }

    fn skip_string(&mut self) {
        let quote = self.rest()[0];
        let mut is_escaped = false;
        let mut characters = self.rest()[1..].iter();
        let end = characters.position(|&byte| {
            let is_end = byte == quote && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            is_end
        });
        self.offset += end.map_or(self.rest().len(), |end| end + 2);
    }
}

struct Rewriter<'r> {
    text: &'r str,
    style: JsonStyle,
    root: &'r ValueSpan<'r>,
}

impl Rewriter<'_> {
    fn rewrite_value(&self, span: &ValueSpan<'_>, new: &JsonValue<'_>) -> String {
        match (span.value, new) {
            (old, new) if old == new => self.text[span.range.clone()].to_owned(),
            (JsonValue::Object(_), JsonValue::Object(members)) => {
                self.rewrite_object(span, members)
            }
            (JsonValue::Array(old), JsonValue::Array(new)) => self.rewrite_array(span, old, new),
            _ => self.format(span.range.start, new),
        }
    }

    fn rewrite_object(&self, span: &ValueSpan<'_>, members: &[JsonMember<'_>]) -> String {
        let items = members.iter().map(|member| {
            let name = &member.name.value;
            let old = span.items.iter().position(|item| item.name == Some(name));
            let text = match old {
                Some(index) => self.rewrite_member(&span.items[index], &member.value),
                None => self.format_member(span, member),
            };
            (old, text)
        });
        self.join(span, items.collect())
    }

    fn rewrite_array(
        &self,
        span: &ValueSpan<'_>,
        old: &[JsonValue<'_>],
        new: &[JsonValue<'_>],
    ) -> String {
        let is_same_length = old.len() == new.len();
        let items = new.iter().enumerate().map(|(index, element)| {
            let equal = old.iter().position(|old| old == element);
            let index = if is_same_length { Some(index) } else { equal };
            let text = match index {
                Some(index) => self.rewrite_value(&span.items[index].value, element),
                None => self.format(span.range.start, element),
            };
            (index, text)
        });
        self.join(span, items.collect())
    }

    fn rewrite_member(&self, item: &ItemSpan<'_>, new: &JsonValue<'_>) -> String {
        let name = &self.text[item.range.start..item.value.range.start];
        name.to_owned() + &self.rewrite_value(&item.value, new)
    }

    /// Formats a member that is new in its object. Its value may have been in
    /// another place.
    fn format_member(&self, span: &ValueSpan<'_>, member: &JsonMember<'_>) -> String {
        let name = JsonValue::String(member.name.clone());
        let sibling = span.items.first().or(self.root.items.first());
        let colon = sibling.map_or(":", |item| {
            let before_value = &self.text[item.range.start..item.value.range.start];
            &before_value[before_value.rfind(':').unwrap_or(0)..]
        });
        let value = match find_equal(self.root, &member.value) {
            Some(old) => self.text[old].to_owned(),
            None => self.format(span.range.start, &member.value),
        };
        format!("{}{colon}{value}", self.style.format(&name))
    }

    /// Writes items with the brackets of the old value, and between them what is
    /// between the old items.
    fn join(&self, span: &ValueSpan<'_>, items: Vec<(Option<usize>, String)>) -> String {
        let old = &span.items;
        let (Some(first), Some(last)) = (old.first(), old.last()) else {
            return self.join_new(span, &items);
        };
        let gap = |index: usize| &self.text[old[index].range.end..old[index + 1].range.start];
        let mut text = self.text[span.range.start..first.range.start].to_owned();
        let any_gap = match old.len() {
            1 => format!(",{}", self.gap_like(&text[1..])),
            _ => gap(0).to_owned(),
        };
        for (position, (index, item)) in items.iter().enumerate() {
            if position > 0 {
                let previous = items[position - 1].0;
                let is_next = previous.is_some_and(|previous| *index == Some(previous + 1));
                text += if is_next {
                    gap(index.unwrap_or(1) - 1)
                } else {
                    &any_gap
                };
            }
            text += item;
        }
        text + &self.text[last.range.end..span.range.end]
    }

    /// The space after the comma between items, like that after the opening
    /// bracket.
    fn gap_like<'g>(&self, after_bracket: &'g str) -> &'g str {
        match after_bracket.contains('\n') {
            true => after_bracket,
            false if self.text.contains(", ") || self.text.contains(": ") => " ",
            false => "",
        }
    }

    fn join_new(&self, span: &ValueSpan<'_>, items: &[(Option<usize>, String)]) -> String {
        let bracket = |index: usize| &self.text[index..=index];
        let texts: Vec<&str> = items.iter().map(|(_, text)| text.as_str()).collect();
        let (open, close) = (bracket(span.range.start), bracket(span.range.end - 1));
        let gap = format!(",{}", self.gap_like(""));
        format!("{open}{}{close}", texts.join(&gap))
    }

    /// Formats a value on the line of an offset.
    fn format(&self, offset: usize, value: &JsonValue<'_>) -> String {
        let line = &self.text[self.text[..offset].rfind('\n').map_or(0, |at| at + 1)..];
        let indent = &line[..line.len() - line.trim_start_matches(' ').len()];
        let formatted = self.style.format(value);
        formatted.replace('\n', &format!("\n{indent}"))
    }
}

/// Finds a container that is equal to a value.
fn find_equal(span: &ValueSpan<'_>, value: &JsonValue<'_>) -> Option<Range<usize>> {
    if !matches!(value, JsonValue::Array(_) | JsonValue::Object(_)) {
        return None;
    }
    if span.value == value {
        return Some(span.range.clone());
    }
    span.items
        .iter()
        .find_map(|item| find_equal(&item.value, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    #[test]
    fn text_that_does_not_change_is_kept() {
        for (old, new, expected) in [
            (
                "{ \"a\" :1 ,\"b\":[ 1 ]}",
                "{\"a\":1,\"c\":[1]}",
                "{ \"a\" :1 ,\"c\":[ 1 ]}",
            ),
            (
                "{\n  \"a\": 1,\n  \"b\": 2\n}",
                "{\"b\":3}",
                "{\n  \"b\": 3\n}",
            ),
            (
                "{\n  \"a\": 1\n}",
                "{\"a\":1,\"b\":2}",
                "{\n  \"a\": 1,\n  \"b\": 2\n}",
            ),
            (
                "{\"a\": {  \"b\": 1}}",
                "{\"a\": {\"b\": 1, \"c\": {}}}",
                "{\"a\": {  \"b\": 1, \"c\": {}}}",
            ),
            ("{'a':{}}", "{'a':{'b':'c'}}", "{'a':{'b':'c'}}"),
            ("[1, 2 ,3]", "[1, 3]", "[1, 3]"),
            (
                " {\"a\": \"\\u0061\"} ",
                "{\"b\": \"\\u0061\"}",
                " {\"b\": \"\\u0061\"} ",
            ),
        ] {
            let (old_value, new_value) = (parse(old).unwrap().value, parse(new).unwrap().value);
            assert_eq!(rewrite(old, &old_value, &new_value), expected);
        }
    }
}
