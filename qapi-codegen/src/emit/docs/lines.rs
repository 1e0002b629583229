//! Lines of documentation beside the syntax tree.
//!
//! In attributes each line would be escaped, copied with its piece and unescaped again
//! to be printed as it is. So one attribute marks the place of all lines of an item,
//! which follow when the item is printed.

use std::cell::RefCell;

use proc_macro2::Span;
use syn::{Attribute, Expr, Lit, LitStr, Meta, MetaNameValue};

use crate::emit::piece::piece;

thread_local! {
    /// The lines of the items that this thread has not printed yet, by their marks.
    static ASIDE: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// The character that begins a mark, which no documentation has.
const MARK: char = '\u{1}';

/// The attribute that marks the place of lines.
pub fn put_aside<T: AsRef<str>>(lines: &[T]) -> Attribute {
    let lines = lines.iter().map(|line| line.as_ref().trim_end_matches(' '));
    let lines: Vec<&str> = lines.collect();
    let index = ASIDE.with_borrow_mut(|aside| {
        aside.push(lines.join("\n"));
        aside.len() - 1
    });
    let mut attribute = piece!(Attribute { #[doc = ""] });
    if let Meta::NameValue(MetaNameValue {
        value: Expr::Lit(value),
        ..
    }) = &mut attribute.meta
    {
        value.lit = Lit::Str(LitStr::new(&format!("{MARK}{index}"), Span::call_site()));
    }
    attribute
}

/// Printed source with the lines in their places.
pub fn put_back(source: &str) -> String {
    ASIDE.with_borrow(|aside| {
        let mut complete = String::with_capacity(2 * source.len());
        for line in source.split_inclusive('\n') {
            match marked(line, aside) {
                Some((indentation, lines)) => add(&mut complete, indentation, lines),
                None => complete += line,
            }
        }
        complete
    })
}

/// Forgets the lines of an item that was printed.
pub fn forget() {
    ASIDE.with_borrow_mut(Vec::clear);
}

/// The indentation of a line that is a mark, and the lines that it stands for.
fn marked<'l, 'a>(line: &'l str, aside: &'a [String]) -> Option<(&'l str, &'a str)> {
    let text = line.trim_start_matches(' ');
    let index = text.strip_prefix("///")?.strip_prefix(MARK)?;
    let lines = aside.get(index.trim_end().parse::<usize>().ok()?)?;
    Some((&line[..line.len() - text.len()], lines))
}

fn add(source: &mut String, indentation: &str, lines: &str) {
    for line in lines.split('\n') {
        for part in [indentation, "///", line, "\n"] {
            *source += part;
        }
    }
}

#[cfg(test)]
mod tests {
    use quote::format_ident;
    use syn::Item;

    use super::*;
    use crate::emit::file::format_in_module;

    #[test]
    fn lines_are_put_back_where_their_item_is() {
        let item = |docs: Vec<Attribute>, field: Vec<Attribute>| {
            piece!(
                Item { #[DOCS] pub struct Item { #[FIELD] pub NAME: u8 } }
                DOCS = docs, FIELD = field, NAME = format_ident!("name")
            )
        };
        let docs = [" \"Quoted\" \\ text.  ", "", " More."];
        let items = vec![
            item(vec![put_aside(&docs)], Vec::new()),
            item(Vec::new(), vec![put_aside(&[" A member."])]),
        ];
        let expected = [
            "    /// \"Quoted\" \\ text.\n    ///\n    /// More.\n",
            "    pub struct Item {\n        pub name: u8,\n    }\n",
            "    pub struct Item {\n        /// A member.\n        pub name: u8,\n    }\n",
        ];
        assert_eq!(format_in_module(items), expected.concat());
        forget();
        assert!(ASIDE.with_borrow(Vec::is_empty));
    }
}
