//! Paths into arguments: names with dots, `[]` for each element of an array.

use crate::json::JsonValue;

/// The values at a path.
pub fn all<'v, 't>(
    value: &'v JsonValue<'t>,
    path: &str,
) -> impl Iterator<Item = &'v JsonValue<'t>> {
    let mut found = vec![value];
    for name in path.split('.').filter(|name| !name.is_empty()) {
        let (name, is_each) = each(name);
        found = found
            .into_iter()
            .filter_map(|value| value.get(name))
            .collect();
        if is_each {
            found = found.into_iter().flat_map(items).collect();
        }
    }
    found.into_iter()
}

fn items<'v, 't>(value: &'v JsonValue<'t>) -> &'v [JsonValue<'t>] {
    match value {
        JsonValue::Array(items) => items,
        _ => &[],
    }
}

/// Changes the objects that have the last name of a path, or could have it.
pub fn change(
    value: &mut JsonValue<'static>,
    path: &str,
    change: &mut dyn FnMut(&mut JsonValue<'static>, &str),
) {
    let Some((first, rest)) = path.split_once('.') else {
        return change_here(value, path, change);
    };
    let (name, is_each) = each(first);
    match (value.get_mut(name), is_each) {
        (Some(JsonValue::Array(items)), true) => {
            items
                .iter_mut()
                .for_each(|item| self::change(item, rest, change));
        }
        (Some(inner), false) => self::change(inner, rest, change),
        _ => {}
    }
}

fn change_here(
    value: &mut JsonValue<'static>,
    name: &str,
    change: &mut dyn FnMut(&mut JsonValue<'static>, &str),
) {
    if value.members().is_some() {
        change(value, name);
    }
}

fn each(name: &str) -> (&str, bool) {
    name.strip_suffix("[]")
        .map_or((name, false), |name| (name, true))
}
