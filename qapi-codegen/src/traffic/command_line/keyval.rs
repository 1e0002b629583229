//! Parameters with dotted keys as the JSON value that they stand for.

use super::parameters::Parameters;
use crate::json::{JsonMember, JsonValue};

/// The greatest number of dots in a key.
const MAX_DEPTH: usize = 32;

/// Returns the object that parameters stand for; all its values are strings.
/// `first_key` is the key of a first value without one.
///
/// # Errors
///
/// Two keys contradict each other, or a key is empty. The error is the key.
pub fn to_object(
    parameters: &Parameters<'_>,
    first_key: Option<&str>,
) -> Result<JsonValue<'static>, String> {
    let mut object = JsonValue::Object(Vec::new());
    for parameter in &parameters.list {
        let key = parameter.key_or(first_key);
        let value = JsonValue::string(parameter.value.clone().into_owned());
        insert(&mut object, key, value).ok_or_else(|| key.to_owned())?;
    }
    to_lists(&mut object);
    Ok(object)
}

/// Returns the object that parameters stand for, without nested objects.
pub fn to_flat_object(parameters: &Parameters<'_>, first_key: Option<&str>) -> JsonValue<'static> {
    let mut members: Vec<JsonMember<'static>> = Vec::new();
    for parameter in &parameters.list {
        let key = parameter.key_or(first_key);
        let value = JsonValue::string(parameter.value.clone().into_owned());
        members.retain(|member| member.name.value != key);
        members.push(JsonMember::new(key.to_owned(), value));
    }
    JsonValue::Object(members)
}

fn insert(object: &mut JsonValue<'static>, key: &str, value: JsonValue<'static>) -> Option<()> {
    let mut fragments = key.split('.').peekable();
    let mut object = object;
    for _ in 0..MAX_DEPTH {
        let fragment = fragments.next().filter(|fragment| !fragment.is_empty())?;
        let members = object.members_mut()?;
        let index = members
            .iter()
            .position(|member| member.name.value == fragment);
        if fragments.peek().is_none() {
            // The last of several values is used.
            match index {
                Some(index) if members[index].value.members().is_some() => return None,
                Some(index) => members[index].value = value,
                None => members.push(JsonMember::new(fragment.to_owned(), value)),
            }
            return Some(());
        }
        let index = index.unwrap_or_else(|| {
            let inner = JsonValue::Object(Vec::new());
            members.push(JsonMember::new(fragment.to_owned(), inner));
            members.len() - 1
        });
        object = &mut members[index].value;
    }
    None
}

/// Replaces objects whose keys are the numbers from 0 on by arrays.
fn to_lists(value: &mut JsonValue<'static>) {
    let JsonValue::Object(members) = value else {
        return;
    };
    members
        .iter_mut()
        .for_each(|member| to_lists(&mut member.value));
    let index = |member: &JsonMember<'_>| member.name.value.parse::<usize>().ok();
    let mut indexes: Vec<Option<usize>> = members.iter().map(index).collect();
    indexes.sort_unstable();
    let is_list = indexes
        .iter()
        .enumerate()
        .all(|(at, index)| *index == Some(at));
    if members.is_empty() || !is_list {
        return;
    }
    members.sort_by_key(index);
    let elements = std::mem::take(members)
        .into_iter()
        .map(|member| member.value);
    *value = JsonValue::Array(elements.collect());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::JsonStyle;
    use crate::traffic::read::CommandWord;

    fn object(text: &str) -> Result<String, String> {
        let word = CommandWord::plain(text, 0..text.len());
        let parameters = Parameters::parse(&word, true);
        let object = to_object(&parameters, Some("driver"))?;
        Ok(JsonStyle::COMPACT.format(&object))
    }

    #[test]
    fn dotted_keys_are_objects_and_arrays() {
        let text = "qcow2,file.driver=file,file.filename=/a,,b,x.1=c,x.0=d,n=1,n=2";
        let expected = r#"{"driver":"qcow2","file":{"driver":"file","filename":"/a,b"},"x":["d","c"],"n":"2"}"#;
        assert_eq!(object(text).as_deref(), Ok(expected));
    }

    #[test]
    fn contradictory_keys_are_errors() {
        for (text, key) in [("a=1,a.b=2", "a.b"), ("a.b=2,a=1", "a"), ("a..b=1", "a..b")] {
            assert_eq!(object(text), Err(key.to_owned()), "{text}");
        }
    }
}
