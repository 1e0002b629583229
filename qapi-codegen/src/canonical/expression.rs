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
        if indent + used + line.len() <= WIDTH {
            text.push_str(&line);
            return;
        }
        match self {
            Expression::Array(elements) => {
                let parts = elements.iter().map(|element| (String::new(), element));
                print_parts(['[', ']'], parts, indent, text);
            }
            Expression::Object(entries) => {
                let parts = entries
                    .iter()
                    .map(|(key, value)| (format!("{}: ", quote(key)), value));
                print_parts(['{', '}'], parts, indent, text);
            }
            Expression::String(_) | Expression::Boolean(_) => text.push_str(&line),
        }
    }

    fn to_one_line(&self) -> String {
        match self {
            Expression::String(text) => quote(text),
            Expression::Boolean(value) => value.to_string(),
            Expression::Array(elements) => {
                let parts: Vec<String> = elements.iter().map(Expression::to_one_line).collect();
                enclose("[", &parts, "]")
            }
            Expression::Object(entries) => {
                let parts = entries
                    .iter()
                    .map(|(key, value)| format!("{}: {}", quote(key), value.to_one_line()));
                enclose("{", &parts.collect::<Vec<_>>(), "}")
            }
        }
    }
}

fn print_parts<'e>(
    [open, close]: [char; 2],
    parts: impl Iterator<Item = (String, &'e Expression)>,
    indent: usize,
    text: &mut String,
) {
    text.push(open);
    for (index, (key, value)) in parts.enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        text.push_str(&" ".repeat(indent + 2));
        text.push_str(&key);
        value.print(indent + 2, key.len() + 1, text);
    }
    text.push('\n');
    text.push_str(&" ".repeat(indent));
    text.push(close);
}

fn enclose(open: &str, parts: &[String], close: &str) -> String {
    if parts.is_empty() {
        return format!("{open}{close}");
    }
    format!("{open} {} {close}", parts.join(", "))
}

/// Quotes a string. Escapes exist up to 4.1 only, and no schema uses one.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}
