//! What the answers of real QEMUs mean.

use std::fs;
use std::path::Path;

use qapi_codegen::traffic::check::MessageDiagnostic;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// What refusals mean, by their texts.
#[derive(Deserialize)]
pub struct Refusals {
    form: Vec<String>,
    moment: Vec<String>,
}

/// What a refusal means.
pub enum Meaning {
    /// The form is wrong; what QEMU names, if it names something.
    Form(Option<String>),
    /// Something of the moment is against it.
    Moment,
}

/// Reads a file of the folder of data.
pub fn data<T: DeserializeOwned>(name: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("data")
        .join(name);
    let text = fs::read_to_string(path).expect("the file is part of the repository");
    toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

impl Refusals {
    /// What a refusal means, if that is known.
    pub fn meaning(&self, text: &str) -> Option<Meaning> {
        let form = self.form.iter().find_map(|pattern| matched(pattern, text));
        let moment = || {
            self.moment
                .iter()
                .find_map(|pattern| matched(pattern, text))
        };
        form.map(Meaning::Form)
            .or_else(|| moment().map(|_| Meaning::Moment))
    }
}

/// What the first `*` of a pattern stands for, if the pattern fits.
fn matched(pattern: &str, text: &str) -> Option<Option<String>> {
    let Some((before, after)) = pattern.split_once('*') else {
        return (pattern == text).then_some(None);
    };
    let rest = text.strip_prefix(before)?;
    let next = after.split('*').next().unwrap_or_default();
    let end = if next.is_empty() {
        rest.len()
    } else {
        rest.find(next)?
    };
    let fits = after.contains('*') || rest.len() == end + next.len();
    // Only what stands in quotes, or is a command, is a name.
    let is_name = before.ends_with('\'') || before.starts_with("The command");
    fits.then(|| is_name.then(|| rest[..end].to_owned()))
}

/// Whether a problem is about what QEMU names.
pub fn is_about(problem: &MessageDiagnostic, name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    // 2.5 has no name for the elements of an array and calls them so.
    let is_element = last == "null" && problem.location.ends_with(']');
    let ends = problem.location == last || problem.location.ends_with(&format!(".{last}"));
    is_element || ends || problem.message.contains(&format!("`{last}`"))
}
