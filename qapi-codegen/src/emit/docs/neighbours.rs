//! Differences between the bindings of neighbouring releases.

use crate::emit::changes::describe_changes;
use crate::emit::context::EmitContext;
use crate::wire::{Interface, ShapeId};

/// Compares an item with the bindings before and after the releases that share
/// it.
pub fn compare<I>(
    context: &EmitContext<'_>,
    members: &[(usize, I)],
    find: impl Fn(usize) -> Option<ShapeId>,
) -> Vec<String> {
    let find = |release: usize| -> Option<(&Interface<'_>, ShapeId)> {
        Some((context.interfaces.get(release)?, find(release)?))
    };
    let (Some((first, _)), Some((last, _))) = (members.first(), members.last()) else {
        return Vec::new();
    };
    let Some((own, own_id)) = find(*last) else {
        return Vec::new();
    };
    let before = first.checked_sub(1).and_then(|before| {
        let opening = format!("Compared with the bindings of {}", context.series(before));
        let (older, older_id) = find(before)?;
        remark(&opening, &describe_changes(older, older_id, own, own_id))
    });
    let next = last + 1;
    let after = (next < context.schemas.len()).then(|| {
        let series = context.series(next);
        match find(next) {
            Some((newer, newer_id)) => remark(
                &format!("In the bindings of {series}"),
                &describe_changes(own, own_id, newer, newer_id),
            ),
            None => Some(format!("Removed in the bindings of {series}.")),
        }
    });
    before.into_iter().chain(after.flatten()).collect()
}

fn remark(opening: &str, changes: &[String]) -> Option<String> {
    (!changes.is_empty()).then(|| format!("{opening}: {}.", changes.join("; ")))
}
