//! Expressions of the schema language and their layout.
//!
//! An expression that fits on a line is printed on one. Otherwise each of its
//! parts begins a line.

const WIDTH: usize = 80;

/// A value of the schema language.
#[derive(Debug, Clone)]
pub enum Expression {
    String(String),
    Boolean(bool),
    Array(Vec<Expression>),
    /// The keys in order.
    Object(Vec<(String, Expression)>),
}

impl Expression {
    pub fn from_text(text: &str) -> Expression {
        Expression::String(text.to_owned())
    }

    /// Prints the expression as complete lines.
    pub fn to_lines(&self) -> String {
        let mut text = String::new();
        self.print(0, 0, &mut text);
        text.push('\n');
        text
    }

    /// Prints the expression after `used` columns of a line with this indentation.
    fn print(&self, indent: usize, used: usize, text: &mut String) {
        let line = self.to_one_line();
        let (open, parts, close) = match self.parts() {
            Some(parts) if indent + used + line.len() > WIDTH => parts,
            _ => return text.push_str(&line),
        };
        text.push_str(open);
        for (index, (key, value)) in parts.into_iter().enumerate() {
            text.push_str(if index == 0 { "\n" } else { ",\n" });
            text.push_str(&" ".repeat(indent + 2));
            text.push_str(&key);
            value.print(indent + 2, key.len() + 1, text);
        }
        text.extend(["\n", &" ".repeat(indent), close]);
    }

    fn to_one_line(&self) -> String {
        match (self, self.parts()) {
            (Expression::Boolean(value), _) => value.to_string(),
            (Expression::String(text), _) => quote(text),
            (_, Some((open, parts, close))) if !parts.is_empty() => {
                let parts = parts.into_iter();
                let parts = parts.map(|(key, value)| key + &value.to_one_line());
                format!("{open} {} {close}", parts.collect::<Vec<_>>().join(", "))
            }
            (_, parts) => parts.map_or(String::new(), |(open, _, close)| format!("{open}{close}")),
        }
    }

    /// The parts of an array or object with their keys, between its brackets.
    fn parts(&self) -> Option<BracketedParts<'_>> {
        match self {
            Expression::String(_) | Expression::Boolean(_) => None,
            Expression::Array(elements) => {
                let parts = elements.iter().map(|element| (String::new(), element));
                Some(("[", parts.collect(), "]"))
            }
            Expression::Object(entries) => {
                let parts = entries.iter();
                let parts = parts.map(|(key, value)| (format!("{}: ", quote(key)), value));
                Some(("{", parts.collect(), "}"))
            }
        }
    }
}

/// An opening bracket, the parts with their keys, and the closing bracket.
type BracketedParts<'e> = (&'static str, Vec<(String, &'e Expression)>, &'static str);

/// Quotes a string. Escapes exist up to 4.1 only, and no schema uses one.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}
