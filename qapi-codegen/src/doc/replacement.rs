//! The replacements of deprecated entities, in sentences.

/// The words with which an imported schema states a replacement.
pub const REPLACED_BY: &str = "Replaced by";

/// The names in `Replaced by @a and @b.` and, in a text about something
/// deprecated, in `Use @a and @b instead`.
pub fn find(text: &str, is_deprecated: bool) -> Option<String> {
    if let Some((_, rest)) = text.split_once(REPLACED_BY) {
        return names(rest.split('.').next()?);
    }
    if !is_deprecated {
        return None;
    }
    let start = [" use ", " Use "].iter().find_map(|word| {
        let start = text.find(word)?;
        Some(start + word.len())
    });
    let (object, _) = text[start?..].split_once(" instead")?;
    names(object)
}

/// The subjects and their replacements in `Members @a and @b are deprecated. Use
/// @c and @d instead.` The subject `None` is the definition.
pub fn of_subjects(text: &str) -> Vec<(Option<&str>, String)> {
    let split = [" is deprecated", " are deprecated"]
        .iter()
        .find_map(|verb| text.split_once(verb));
    let Some((subject, rest)) = split else {
        return Vec::new();
    };
    let Some(replacement) = find(rest, true) else {
        return Vec::new();
    };
    if subject.starts_with("This ") {
        return vec![(None, replacement)];
    }
    let subjects: Vec<&str> = subject.split(' ').filter_map(marked).collect();
    let each: Vec<&str> = replacement.split(" and ").collect();
    let paired = subjects.len() == each.len();
    let replacement = |index: usize| match paired {
        true => each[index].to_owned(),
        false => replacement.clone(),
    };
    let subjects = subjects.iter().enumerate();
    subjects
        .map(|(index, subject)| (Some(*subject), replacement(index)))
        .collect()
}

/// The names in a phrase that has nothing else.
fn names(phrase: &str) -> Option<String> {
    let kinds = ["member ", "members ", "argument ", "command "];
    let phrase = kinds
        .iter()
        .find_map(|kind| phrase.trim_start().strip_prefix(kind))
        .unwrap_or(phrase);
    let words: Vec<&str> = phrase
        .split([' ', ','])
        .filter(|word| !word.is_empty() && *word != "and")
        .collect();
    let names: Vec<&str> = match &words[..] {
        [only] => vec![marked(only).unwrap_or(only)],
        all => all.iter().filter_map(|word| marked(word)).collect(),
    };
    let is_name = |name: &&str| {
        name.chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    let complete = !names.is_empty() && names.len() == words.len() && names.iter().all(is_name);
    complete.then(|| names.join(" and "))
}

/// The name in `@name`, `` `name` `` or `'name'`.
fn marked(word: &str) -> Option<&str> {
    let word = word.trim_end_matches([',', '.']);
    let quoted = |quote: char| word.strip_prefix(quote)?.strip_suffix(quote);
    word.strip_prefix('@')
        .or_else(|| quoted('`'))
        .or_else(|| quoted('\''))
        .filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacements_are_names() {
        assert_eq!(find("Replaced by @a and @b.", false).unwrap(), "a and b");
        assert_eq!(find("Deprecated, use 'x-y' instead", true).unwrap(), "x-y");
        assert_eq!(find("To do it, use @x instead", false), None);
        assert_eq!(find("Deprecated. Use @a member @b instead.", true), None);
        assert_eq!(find("Deprecated. Use mirror with NBD instead.", true), None);
    }

    #[test]
    fn subjects_are_paired_with_replacements() {
        let own = |pairs: Vec<(Option<&'static str>, String)>| pairs;
        assert_eq!(
            own(of_subjects(
                "This command is deprecated. Use `job-pause` instead."
            )),
            [(None, "job-pause".to_owned())]
        );
        assert_eq!(
            own(of_subjects(
                "Members @a and @b are deprecated. Use @c and @d instead."
            )),
            [(Some("a"), "c".to_owned()), (Some("b"), "d".to_owned())]
        );
        assert_eq!(
            of_subjects("Member @a is deprecated with no replacement."),
            []
        );
    }
}
