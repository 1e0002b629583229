//! The lines of the shell.

use serde_json::{Map, Value};

/// A command with its arguments.
#[derive(Debug)]
pub struct Request {
    pub name: String,
    pub arguments: Map<String, Value>,
}

/// Parses a line: a command with arguments as `name=value`, or a request as JSON.
/// `None` is a line without a command.
///
/// # Errors
///
/// A description of the problem.
pub fn parse(line: &str) -> Result<Option<Request>, String> {
    if line.trim_start().starts_with('{') {
        return parse_json(line).map(Some);
    }
    let mut words = words(line).into_iter();
    let Some(name) = words.next() else {
        return Ok(None);
    };
    let mut arguments = Map::new();
    for word in words {
        let (path, value) = word
            .split_once('=')
            .ok_or_else(|| format!("invalid argument `{word}`: write `name=value`"))?;
        insert(&mut arguments, path, parse_value(value))?;
    }
    Ok(Some(Request { name, arguments }))
}

fn parse_json(line: &str) -> Result<Request, String> {
    let mut values = serde_json::Deserializer::from_str(line).into_iter::<Value>();
    let request = values.next().and_then(Result::ok);
    let rest = line[values.byte_offset()..].trim_start();
    let request = request
        .filter(|_| rest.is_empty() || rest.starts_with('#'))
        .ok_or("invalid JSON: write `{\"execute\": \"COMMAND\", \"arguments\": {...}}`")?;
    let name = request["execute"].as_str().ok_or("`execute` is missing")?;
    let arguments = request.get("arguments").unwrap_or(&Value::Null);
    match arguments {
        Value::Null => Ok(Map::new()),
        Value::Object(arguments) => Ok(arguments.clone()),
        _ => Err("`arguments` has to be an object".to_owned()),
    }
    .map(|arguments| Request {
        name: name.to_owned(),
        arguments,
    })
}

/// Splits a line at the spaces outside of quotes and brackets. A word that begins with
/// `#` begins a comment.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let (mut depth, mut quote, mut is_escaped) = (0_usize, None, false);
    for c in line.chars() {
        let is_inside = depth > 0 || quote.is_some();
        if !is_inside && c == '#' && word.is_empty() {
            break;
        }
        if !is_inside && c.is_whitespace() {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
            continue;
        }
        word.push(c);
        match (quote, c) {
            (Some(_), _) if is_escaped => is_escaped = false,
            (Some('"'), '\\') => is_escaped = true,
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '{' | '[') => depth += 1,
            (None, '}' | ']') => depth = depth.saturating_sub(1),
            (None, _) => {}
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// Parses a value: JSON, with or without single quotes around it, or else a string.
fn parse_value(text: &str) -> Value {
    let quoted = text
        .strip_prefix('\'')
        .and_then(|text| text.strip_suffix('\''));
    let text = quoted.unwrap_or(text);
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

/// Inserts a value. `a.b` is the member `b` of the object `a`.
fn insert(members: &mut Map<String, Value>, path: &str, value: Value) -> Result<(), String> {
    let Some((name, rest)) = path.split_once('.') else {
        members.insert(path.to_owned(), value);
        return Ok(());
    };
    let inner = members
        .entry(name)
        .or_insert_with(|| Map::new().into())
        .as_object_mut()
        .ok_or_else(|| format!("`{name}` is set both to a value and to an object"))?;
    insert(inner, rest, value)
}
