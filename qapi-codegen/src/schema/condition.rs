//! Conditions on how QEMU was built, the same for both languages of them.

use std::fmt;

use crate::ast;

/// A condition on how QEMU was built.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Condition {
    /// A build option is on.
    Defined(String),
    /// All of these hold.
    All(Vec<Condition>),
    /// At least one of these holds.
    Any(Vec<Condition>),
    /// This does not hold.
    Not(Box<Condition>),
    /// An expression of the C preprocessor that is more than `defined`, `&&`
    /// and `||`; no release has one.
    Expression(String),
}

impl From<&ast::Condition> for Condition {
    fn from(condition: &ast::Condition) -> Self {
        let list = |conditions: &[ast::Condition]| conditions.iter().map(Condition::from).collect();
        match condition {
            ast::Condition::Expression(text) => expression(&text.value),
            ast::Condition::Defined(name) => Condition::Defined(name.value.clone()),
            ast::Condition::All(all) => Condition::All(list(all)),
            ast::Condition::Any(any) => Condition::Any(list(any)),
            ast::Condition::Not(not) => Condition::Not(Box::new(Condition::from(&**not))),
        }
    }
}

/// Reads what releases 3.0 to 6.1 write: `defined(A) && defined(B) || defined(C)`.
fn expression(text: &str) -> Condition {
    let parsed = operands(
        text,
        "||",
        |alternative| operands(alternative, "&&", defined, Condition::All),
        Condition::Any,
    );
    parsed.unwrap_or_else(|| Condition::Expression(text.trim().to_owned()))
}

fn operands(
    text: &str,
    operator: &str,
    operand: impl Fn(&str) -> Option<Condition>,
    join: impl Fn(Vec<Condition>) -> Condition,
) -> Option<Condition> {
    let mut operands: Vec<Condition> = text.split(operator).map(operand).collect::<Option<_>>()?;
    if operands.len() == 1 {
        operands.pop()
    } else {
        Some(join(operands))
    }
}

fn defined(text: &str) -> Option<Condition> {
    let name = text.trim().strip_prefix("defined")?.trim_start();
    let name = name.strip_prefix('(')?.strip_suffix(')')?.trim();
    let is_macro = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (is_macro && !name.is_empty()).then(|| Condition::Defined(name.to_owned()))
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Condition::Defined(name) => f.write_str(name),
            Condition::All(all) => list(f, "all", all),
            Condition::Any(any) => list(f, "any", any),
            Condition::Not(not) => write!(f, "not({not})"),
            Condition::Expression(text) => write!(f, "`{text}`"),
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, name: &str, conditions: &[Condition]) -> fmt::Result {
    let texts: Vec<String> = conditions.iter().map(Condition::to_string).collect();
    write!(f, "{name}({})", texts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_mean_the_same() {
        let texts = [
            "defined(A)",
            "defined(A) && defined(B)",
            "defined(A) || defined( B )",
            "A > 3",
        ];
        let read: Vec<_> = texts
            .iter()
            .map(|text| expression(text).to_string())
            .collect();
        assert_eq!(read, ["A", "all(A, B)", "any(A, B)", "`A > 3`"]);
    }
}
