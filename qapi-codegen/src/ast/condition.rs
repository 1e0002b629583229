//! Conditions on the build configuration of QEMU.

use std::fmt;

/// A condition on the build configuration of QEMU.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Condition {
    /// A macro is defined, which releases since 6.2 write as its name.
    Defined(String),
    /// All conditions hold.
    All(Vec<Condition>),
    /// At least one condition holds.
    Any(Vec<Condition>),
    /// The condition does not hold.
    Not(Box<Condition>),
    /// An expression of the C preprocessor, as releases 3.0 to 6.1 write it.
    Expression(String),
}

impl Condition {
    /// Parses expressions of the C preprocessor, such as `defined(A) &&
    /// defined(B) || defined(C)`, so that conditions of all releases compare.
    ///
    /// Expressions with other operators, which no release uses, stay as they are.
    pub fn to_structured(&self) -> Condition {
        let structured = |conditions: &[Condition]| {
            let conditions = conditions.iter().map(Condition::to_structured);
            conditions.collect::<Vec<_>>()
        };
        match self {
            Condition::Expression(text) => parse_expression(text),
            Condition::Defined(_) => self.clone(),
            Condition::All(all) => Condition::All(structured(all)),
            Condition::Any(any) => Condition::Any(structured(any)),
            Condition::Not(not) => Condition::Not(Box::new(not.to_structured())),
        }
    }
}

fn parse_expression(text: &str) -> Condition {
    let any = operands(
        text,
        "||",
        |all| operands(all, "&&", defined, Condition::All),
        Condition::Any,
    );
    any.unwrap_or_else(|| Condition::Expression(text.trim().to_owned()))
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
    fn expressions_become_structured() {
        let texts = [
            "defined(A)",
            "defined(A) && defined(B)",
            "defined(A) || defined( B )",
            "A > 3",
        ];
        let read: Vec<_> = texts
            .iter()
            .map(|text| parse_expression(text).to_string())
            .collect();
        assert_eq!(read, ["A", "all(A, B)", "any(A, B)", "`A > 3`"]);
    }
}
