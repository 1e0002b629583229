//! Passwords and keys in messages, which no report shows.

use std::borrow::Cow;
use std::ops::Range;

use crate::json::{JsonMember, JsonValue, ParsedJson};

/// The text in place of a secret.
const MASK: &str = "******";

/// Returns a message in which the text of secrets is replaced.
pub fn masked<'m>(message: &'m JsonValue<'m>) -> Cow<'m, JsonValue<'m>> {
    if !has_secret(message, false) {
        return Cow::Borrowed(message);
    }
    let mut copy = message.clone();
    mask(&mut copy, false);
    Cow::Owned(copy)
}

/// Returns a parsed message in which the text of secrets is replaced.
pub fn masked_message<'m>(message: &'m ParsedJson<'m>) -> Cow<'m, ParsedJson<'m>> {
    match masked(&message.value) {
        Cow::Borrowed(_) => Cow::Borrowed(message),
        Cow::Owned(value) => Cow::Owned(ParsedJson {
            value,
            leniencies: message.leniencies.clone(),
            end: message.end,
        }),
    }
}

/// Returns text that is not a message, unless it may contain a secret.
pub fn masked_text(text: &str) -> &str {
    match text.contains("password") || text.contains("secret") {
        true => MASK,
        false => text,
    }
}

/// Returns text in which the passwords of URLs are replaced.
fn masked_urls(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b':', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut masked = String::new();
    let mut rest = text;
    while let Some(range) = url_password(rest) {
        masked += &rest[..range.start];
        masked += MASK;
        rest = &rest[range.end..];
    }
    match masked.is_empty() {
        true => Cow::Borrowed(text),
        false => Cow::Owned(masked + rest),
    }
}

/// The range of the password in the first URL that has one:
/// `http://user:password@host`.
fn url_password(text: &str) -> Option<Range<usize>> {
    let schemes = text.match_indices("://");
    let mut passwords = schemes.filter_map(|(offset, scheme)| {
        let start = offset + scheme.len();
        let ends = |c: char| matches!(c, '/' | '?' | '#' | '"' | '\'' | '`') || c.is_whitespace();
        let authority = text[start..].split(ends).next()?;
        let end = authority.rfind('@')?;
        let colon = authority[..end].find(':')?;
        let range = start + colon + 1..start + end;
        (&text[range.clone()] != MASK).then_some(range)
    });
    passwords.next()
}

/// Returns a string of a message in which the text of secrets is replaced. A file
/// name may be JSON, and a command of the human monitor has parameters.
fn masked_string<'t>(name: &str, text: &'t str) -> Cow<'t, str> {
    match (text.starts_with("json:"), name == HUMAN_COMMAND) {
        (true, _) => Cow::Owned(masked_command_line(text)),
        (_, true) => masked_human_command(text),
        _ => masked_urls(text),
    }
}

/// The argument with a command of the human monitor.
const HUMAN_COMMAND: &str = "command-line";

/// Beginnings of commands of the human monitor before a password.
const HUMAN_PASSWORDS: [&[&str]; 4] = [
    &["set_password", "vnc"],
    &["set_password", "spice"],
    &["change", "vnc", "password"],
    &["block_passwd", ""],
];

/// Returns a command of the human monitor in which the text of secrets is replaced.
fn masked_human_command(text: &str) -> Cow<'_, str> {
    let password = HUMAN_PASSWORDS.iter().find_map(|words| {
        let mut rest = text;
        for word in *words {
            rest = rest.trim_start();
            let end = rest.find(char::is_whitespace)?;
            let is_same = word.is_empty() || rest[..end] == **word;
            rest = is_same.then(|| &rest[end..])?;
        }
        let rest = rest.trim_start();
        (!rest.is_empty() && !rest.starts_with(MASK)).then_some(rest)
    });
    if let Some(rest) = password {
        let start = text.len() - rest.len();
        return Cow::Owned(format!("{}{MASK}", &text[..start]));
    }
    let masked = masked_command_line(text);
    match masked == text {
        true => Cow::Borrowed(text),
        false => Cow::Owned(masked),
    }
}

/// Returns a command line in which the text of secrets is replaced.
pub fn masked_command_line(line: &str) -> String {
    let line = &*masked_urls(line);
    let has_secret_object = line.contains("secret");
    let mut masked = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, value)) = split_at_secret(rest, has_secret_object) {
        masked += before;
        masked += MASK;
        rest = &value[value_length(value, before.ends_with(RBD_KEY))..];
    }
    masked + rest
}

/// Splits a command line before the value of its first secret, in the form of
/// parameters or of JSON.
fn split_at_secret(line: &str, has_secret_object: bool) -> Option<(&str, &str)> {
    let keys: &[&str] = match has_secret_object {
        true => &["password", "data", ":key"],
        false => &["password", ":key"],
    };
    let starts = keys.iter().flat_map(|key| {
        let found = line.match_indices(key);
        found.map(|(start, key)| (start, start + key.len()))
    });
    let value_start = |(start, end): (usize, usize)| {
        let before = &line[..start];
        let is_part_of_word = before.ends_with(|c: char| c.is_alphanumeric() || c == '-')
            && !before.ends_with("key-")
            && !line[start..].starts_with(':');
        let after = &line[end..];
        let separator = match after.strip_prefix('=') {
            Some(_) => 1,
            None => {
                let colon = after.trim_start_matches(['"', '\\', ' ']);
                let value = colon
                    .strip_prefix(':')?
                    .trim_start_matches(['"', '\\', ' ']);
                after.len() - value.len()
            }
        };
        let start = end + separator;
        let value = &line[start..];
        // `password=on` of a VNC server asks for one.
        let is_flag = ["on", "off", MASK].contains(&&value[..value_length(value, false)]);
        (!is_part_of_word && !is_flag).then_some(start)
    };
    let start = starts.filter_map(value_start).min()?;
    Some(line.split_at(start))
}

/// The beginning of a key in the file name of an RBD image.
const RBD_KEY: &str = ":key=";

/// The length of a value that ends before a comma that is not doubled, a quote or
/// a blank; that of a key of RBD also before a colon.
fn value_length(value: &str, is_rbd: bool) -> usize {
    let mut length = 0;
    loop {
        let rest = &value[length..];
        let ends = |c: char| {
            matches!(c, ',' | '"' | '\'' | '\\') || c.is_whitespace() || is_rbd && c == ':'
        };
        length += rest.find(ends).unwrap_or(rest.len());
        match value[length..].starts_with(",,") {
            true => length += 2,
            false => return length,
        }
    }
}

/// Returns whether the text of a member is a secret.
fn is_secret(name: &str, is_in_secret_object: bool) -> bool {
    matches!(name, "password" | "secret") || is_in_secret_object && name == "data"
}

/// Returns whether a value creates an object that holds a secret.
fn is_secret_object(value: &JsonValue<'_>) -> bool {
    let name = value.get("qom-type").and_then(JsonValue::as_str);
    name.is_some_and(|name| name.starts_with("secret"))
}

/// The text of a member in which secrets are replaced, if it has some.
fn masked_member(member: &JsonMember<'_>) -> Option<String> {
    let text = member.value.as_str()?;
    match masked_string(&member.name.value, text) {
        Cow::Owned(masked) => Some(masked),
        Cow::Borrowed(_) => None,
    }
}

fn has_secret(value: &JsonValue<'_>, is_inside: bool) -> bool {
    match value {
        JsonValue::Array(elements) => elements.iter().any(|value| has_secret(value, is_inside)),
        JsonValue::Object(members) => {
            let is_inside = is_inside || is_secret_object(value);
            members.iter().any(|member| {
                is_secret(&member.name.value, is_inside) && member.value.as_str().is_some()
                    || masked_member(member).is_some()
                    || has_secret(&member.value, is_inside)
            })
        }
        JsonValue::String(string) => matches!(masked_string("", &string.value), Cow::Owned(_)),
        _ => false,
    }
}

fn mask(value: &mut JsonValue<'_>, is_inside: bool) {
    let is_inside = is_inside || is_secret_object(value);
    match value {
        JsonValue::Array(elements) => elements.iter_mut().for_each(|value| mask(value, is_inside)),
        JsonValue::Object(members) => {
            for member in members {
                let is_text = member.value.as_str().is_some();
                if is_text && is_secret(&member.name.value, is_inside) {
                    member.value = JsonValue::string(MASK);
                } else if let Some(masked) = masked_member(member) {
                    member.value = JsonValue::string(masked);
                } else {
                    mask(&mut member.value, is_inside);
                }
            }
        }
        JsonValue::String(string) => {
            if let Cow::Owned(masked) = masked_string("", &string.value) {
                *value = JsonValue::string(masked);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{JsonStyle, parse};

    #[test]
    fn secrets_are_masked_and_other_text_is_not() {
        for (message, expected) in [
            (
                r#"{"data":"a","password":"b","p":[{"password":1}]}"#,
                r#"{"data":"a","password":"******","p":[{"password":1}]}"#,
            ),
            (
                r#"{"qom-type":"secret","props":{"data":"a"}}"#,
                r#"{"qom-type":"secret","props":{"data":"******"}}"#,
            ),
            (
                r#"{"qom-type":"tls","data":"a"}"#,
                r#"{"qom-type":"tls","data":"a"}"#,
            ),
            (
                r#"{"a":"http://u:p@h/i","b":["ssh://u@h:22/i","see a://b:c d@e"]}"#,
                r#"{"a":"http://u:******@h/i","b":["ssh://u@h:22/i","see a://b:c d@e"]}"#,
            ),
            (
                r#"{"a":"json:{\"password\":\"p\"}"}"#,
                r#"{"a":"json:{\"password\":\"******\"}"}"#,
            ),
            (
                r#"{"command-line":"set_password vnc a b","p":{"command-line":"change vnc password c"}}"#,
                r#"{"command-line":"set_password vnc ******","p":{"command-line":"change vnc password ******"}}"#,
            ),
            (
                r#"{"command-line":"object_add secret,id=a,data=b"}"#,
                r#"{"command-line":"object_add secret,id=a,data=******"}"#,
            ),
            (
                r#"{"command-line":"change vnc :0,password=on"}"#,
                r#"{"command-line":"change vnc :0,password=on"}"#,
            ),
        ] {
            let parsed = parse(message).unwrap();
            assert_eq!(JsonStyle::COMPACT.format(&masked(&parsed.value)), expected);
        }
    }

    #[test]
    fn secrets_of_command_lines_are_masked() {
        for (line, expected) in [
            (
                "-spice port=1,password=a,,b,tls-port=2 -m 1G",
                "-spice port=1,password=******,tls-port=2 -m 1G",
            ),
            (
                "-object 'secret,id=s,data=abc' -drive password-secret=s",
                "-object 'secret,id=s,data=******' -drive password-secret=s",
            ),
            (
                r#"-object '{"qom-type": "secret", "data": "abc"}'"#,
                r#"-object '{"qom-type": "secret", "data": "******"}'"#,
            ),
            (
                "-drive file=ftp://a:b@c/d,if=none -blockdev x,y.url=http://a:b,,c@d -vnc :0,password",
                "-drive file=ftp://a:******@c/d,if=none -blockdev x,y.url=http://a:******@d -vnc :0,password",
            ),
            (
                "-vnc :0,password=on -spice x509-key-password=a,port=0 -drive file=rbd:p/i:id=u:key=a==:auth_supported=cephx",
                "-vnc :0,password=on -spice x509-key-password=******,port=0 -drive file=rbd:p/i:id=u:key=******:auth_supported=cephx",
            ),
            (
                "-object secret,id=s,file=a -drive file.key-secret=s,encrypt.key-secret=s",
                "-object secret,id=s,file=a -drive file.key-secret=s,encrypt.key-secret=s",
            ),
            (
                "-drive file=data=1,metadata=x",
                "-drive file=data=1,metadata=x",
            ),
        ] {
            assert_eq!(masked_command_line(line), expected);
        }
    }
}
