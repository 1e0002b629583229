//! Lists of names that fill lines: in imports and in calls of macros.
//!
//! They are laid out as `prettyplease` does, which puts as many names on a line as fit.
//! The comma behind a name has to fit, too, but not the one behind the last name.

use super::piece::{Lines, MAX_WIDTH};

/// The import of some names of a module.
///
/// `before` is the indentation and the visibility of the import.
pub fn import(before: &str, path: &str, names: &[&str]) -> Lines {
    let start = [before, "use ", path, "::"].concat();
    if let [name] = names {
        return Lines::new([&start, *name, ";\n"].concat());
    }
    let line = [&start, "{", &names.join(", "), "};\n"].concat();
    if line.len() <= MAX_WIDTH + "\n".len() {
        return Lines::new(line);
    }
    let spaces = &before[..before.len() - before.trim_start_matches(' ').len()];
    let mut lines = start + "{\n";
    fill(&mut lines, spaces.len() + 4, names);
    Lines::new([&lines, ",\n", spaces, "};\n"].concat())
}

/// The call of a macro for some names.
pub fn macro_call(name: &str, arguments: &[&str]) -> Lines {
    let mut lines = ["    wire::", name, "! {\n"].concat();
    fill(&mut lines, 8, arguments);
    Lines::new(lines + "\n    }\n")
}

/// Adds names to a new line, and to as many as they need.
fn fill(lines: &mut String, indentation: usize, names: &[&str]) {
    let mut width = 0;
    for (index, name) in names.iter().enumerate() {
        let is_last = index + 1 == names.len();
        let comma = if is_last { "" } else { "," };
        let needed = name.len() + comma.len();
        if index > 0 && width + 1 + needed <= MAX_WIDTH {
            *lines += " ";
            width += 1 + needed;
        } else {
            *lines += if index > 0 { "\n" } else { "" };
            lines.extend((0..indentation).map(|_| ' '));
            width = indentation + needed;
        }
        lines.extend([*name, comma]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::piece::Place;

    /// Names of other lengths for each `seed`.
    fn names(seed: usize, count: usize) -> Vec<String> {
        let lengths = (0..count).map(|index| 3 + (seed * 7 + index * index * 5) % 31);
        lengths.map(|length| "N".repeat(length)).collect()
    }

    #[test]
    fn lists_are_what_prettyplease_prints() {
        for (seed, count) in (0..60).flat_map(|seed| (1..14).map(move |count| (seed, count))) {
            let names = names(seed, count);
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let list = names.join(", ");
            let formatted = Place::Item.format(&format!("pub use a::b::{{{list}}};"));
            assert_eq!(import("    pub ", "a::b", &names).as_str(), formatted);
            let formatted = Place::Item.format(&format!("wire::call! {{ {list} }}"));
            assert_eq!(macro_call("call", &names).as_str(), formatted);
        }
    }
}
