//! The answers to findings: what to do about a change that breaks requests.

use super::change::{ChangeKind, ChangeValue, KindAttribute};
use super::finding::Finding;
use super::rules::Compatibility;
use crate::knowledge::{
    AnswerRange, BreakSite, MigrationRule, MigrationRules, ReplyRule, ReplyRules,
};
use crate::version::Series;
use crate::wire::{Direction, PathSegment, render_argument_path};

/// The answer for a breaking or deprecating change of requests between two
/// series.
pub fn find_answer<'s>(
    migrations: &'s MigrationRules,
    finding: &Finding<'_>,
    (old, new): (Series, Series),
) -> Option<&'s MigrationRule> {
    let is_deprecation = finding.change.kind.has(KindAttribute::Deprecation);
    let is_break = finding.compatibility > Compatibility::Compatible;
    if finding.direction != Direction::Request || !(is_break || is_deprecation) {
        return None;
    }
    let path = match finding.change.kind {
        // A device is a value of `driver`.
        ChangeKind::DeviceRemoved => "driver".to_owned(),
        _ => render_argument_path(finding.path()),
    };
    let site = BreakSite {
        command: finding.target(),
        path: &path,
        value: changed_value(finding),
        arguments: None,
    };
    if is_deprecation {
        return migrations.replacement(&site, new);
    }
    let range = AnswerRange {
        after: Some(old),
        upto: new,
    };
    // The answer for a command that has another name, or none, is for all its
    // arguments.
    let operation = finding.occurrences[0].operation;
    let whole = BreakSite {
        path: "",
        value: None,
        ..site
    };
    let of_command = || {
        let is_renamed = operation.new != operation.old;
        is_renamed
            .then(|| migrations.answer(&whole, range))
            .flatten()
    };
    // The old release may reject a part of what the schema lost since.
    let earlier = AnswerRange {
        after: None,
        upto: new,
    };
    let of_earlier = || migrations.answer(&site, earlier);
    let answer = migrations.answer(&site, range).or_else(of_command);
    answer.or_else(of_earlier)
}

/// The rule that says where the information in a reply or event is that a later
/// series gives in another way.
pub fn find_moved<'s>(
    replies: &'s ReplyRules,
    finding: &Finding<'_>,
    series: (Series, Series),
) -> Option<&'s ReplyRule> {
    let is_break = finding.compatibility > Compatibility::Compatible;
    let is_metadata = finding.change.kind.has(KindAttribute::Deprecation);
    if finding.direction == Direction::Request || !is_break || is_metadata {
        return None;
    }
    let path = render_argument_path(finding.path());
    replies.find(finding.direction, finding.target(), &path, series)
}

/// The enum value or the discriminator value that changed.
fn changed_value<'s>(finding: &Finding<'s>) -> Option<&'s str> {
    if let Some(PathSegment::Branch { value, .. }) = finding.path().last() {
        return Some(value);
    }
    if finding.change.kind.has(KindAttribute::Deprecation) {
        let named = finding.change.subject;
        return named.filter(|name| finding.path().last() != Some(&PathSegment::Member(name)));
    }
    let kind = finding.change.kind;
    let is_value = kind.has(KindAttribute::EnumValue) || kind == ChangeKind::DeviceRemoved;
    let value = finding.change.old.as_ref().filter(|_| is_value);
    value.and_then(|value: &ChangeValue<'_>| value.names().first().copied())
}
