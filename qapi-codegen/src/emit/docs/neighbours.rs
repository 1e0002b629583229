//! Differences between the bindings of neighbouring releases.

use crate::emit::changes::Outline;
use crate::emit::context::EmitContext;
use crate::schema::Schema;

/// Compares an item with the bindings before and after the releases that share
/// it.
pub fn compare<I>(
    context: &EmitContext<'_>,
    members: &[(usize, I)],
    outline: impl Fn(&Schema) -> Option<Outline>,
) -> Vec<String> {
    let outline_in = |release: usize| outline(context.schemas.get(release)?);
    let (Some((first, _)), Some((last, _))) = (members.first(), members.last()) else {
        return Vec::new();
    };
    let Some(own) = outline_in(*last) else {
        return Vec::new();
    };
    let before = first.checked_sub(1).and_then(|before| {
        let opening = format!("Compared with the bindings of {}", context.series(before));
        remark(&opening, &outline_in(before)?.changes_to(&own))
    });
    let next = last + 1;
    let after = context.schemas.get(next).and_then(|schema| {
        let series = schema.version.series();
        match outline(schema) {
            Some(newer) => remark(
                &format!("In the bindings of {series}"),
                &own.changes_to(&newer),
            ),
            None => Some(format!("Removed in the bindings of {series}.")),
        }
    });
    before.into_iter().chain(after).collect()
}

fn remark(opening: &str, changes: &[String]) -> Option<String> {
    (!changes.is_empty()).then(|| format!("{opening}: {}.", changes.join("; ")))
}
