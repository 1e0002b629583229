//! Findings from changes of devices.

use std::collections::{BTreeMap, BTreeSet};

use super::changes::DeviceChange;
use crate::diff::change::{Change, ChangeKind, ChangeValue};
use crate::diff::compare::{OperationKind, OperationName};
use crate::diff::finding::{Example, Finding};
use crate::diff::occurrence::Occurrence;
use crate::diff::rules::rules;
use crate::json::{JsonMember, JsonValue};
use crate::knowledge::builds::builtin_type;
use crate::schema::JsonKind;
use crate::version::Series;
use crate::wire::{Direction, PathSegment};

/// Combines the same change of several devices, and judges it.
pub fn judge_changes<'s>(changes: &[DeviceChange<'s>]) -> Vec<Finding<'s>> {
    let mut groups: BTreeMap<DeviceChange<'s>, BTreeMap<Option<Series>, BTreeSet<&'s str>>> =
        BTreeMap::new();
    for change in changes {
        let by_series = groups.entry(change.group_key()).or_default();
        by_series
            .entry(change.since)
            .or_default()
            .insert(change.device);
    }
    let mut findings = Vec::new();
    for (key, mut by_series) in groups {
        // The series that is known for some of the devices is that of the others.
        if by_series.len() == 2
            && let Some(others) = by_series.remove(&None)
        {
            by_series
                .values_mut()
                .for_each(|devices| devices.extend(&others));
        }
        let judged = by_series.into_iter();
        findings.extend(judged.filter_map(|(since, devices)| {
            let key = DeviceChange {
                since,
                ..key.clone()
            };
            key.judge(&devices)
        }));
    }
    findings
}

impl<'s> DeviceChange<'s> {
    /// The change without what differs between the devices of a group. CPU
    /// models and devices with the same change of a property form groups.
    fn group_key(&self) -> DeviceChange<'s> {
        let mut key = self.clone();
        key.since = None;
        match self.kind {
            ChangeKind::DeviceRemoved | ChangeKind::DeviceAdded => {}
            ChangeKind::CpuModelRemoved | ChangeKind::CpuModelAdded => {
                (key.old, key.new, key.device) = (None, None, "");
            }
            _ => key.device = "",
        }
        key
    }

    /// Creates the finding about a group.
    fn judge(self, devices: &BTreeSet<&'s str>) -> Option<Finding<'s>> {
        let rule = rules().find(self.kind, Direction::Request)?;
        let first = *devices.first()?;
        let value = |text: Option<&'s str>| match self.property {
            Some(_) => text.map(|text| ChangeValue::Type(text.to_owned())),
            None => text.map(ChangeValue::Name),
        };
        let mut change = Change::new(self.kind);
        (change.old, change.new) = (value(self.old), value(self.new));
        if self.property.is_none() {
            change = change.with_subject(first);
        }
        let places: Vec<Occurrence<'s>> = devices.iter().map(|own| self.occurrence(own)).collect();
        let mut finding = Finding::new(rule, Direction::Request, &change, &places);
        finding.since = self.since;
        finding.example = self.example(first);
        Some(finding)
    }

    fn occurrence(&self, device: &'s str) -> Occurrence<'s> {
        let branch = PathSegment::Branch {
            discriminator: "driver",
            value: device,
        };
        let member = self.property.map(PathSegment::Member);
        let path: Vec<_> = [branch].into_iter().chain(member).collect();
        Occurrence {
            operation: OperationName {
                kind: OperationKind::Command,
                old: Some("device_add"),
                new: Some("device_add"),
            },
            old: path.clone(),
            new: path,
        }
    }

    /// The requests that show a removal.
    fn example(&self, device: &'s str) -> Example<'s> {
        let request = |property: Option<&'s str>| {
            let text = |name, value| JsonMember::new(name, JsonValue::string(value));
            let mut arguments = vec![text("driver", device), text("id", "device0")];
            let value = self.old.and_then(example_value);
            arguments.extend(
                property
                    .zip(value)
                    .map(|(name, value)| JsonMember::new(name, value)),
            );
            let arguments = JsonMember::new("arguments", JsonValue::Object(arguments));
            JsonValue::Object(vec![text("execute", "device_add"), arguments])
        };
        match self.kind {
            ChangeKind::PropertyRemoved | ChangeKind::PropertyRemovedUnstable => Example {
                before: Some(request(self.property)),
                after: Some(request(None)),
            },
            ChangeKind::DeviceRemoved | ChangeKind::CpuModelRemoved => Example {
                before: Some(request(None)),
                after: None,
            },
            _ => Example::default(),
        }
    }
}

/// A value of a property type, if it is simple.
fn example_value(ty: &str) -> Option<JsonValue<'static>> {
    match builtin_type(ty)?.json_kind() {
        JsonKind::Boolean => Some(JsonValue::Bool(false)),
        JsonKind::Integer => Some(JsonValue::number(1)),
        _ => Some(JsonValue::string("value")),
    }
}
