//! The ids of rules, which policies and reports have.

use serde::Deserialize;

/// Declares the ids, in alphabetic order, which is that of reports. `rules.toml`
/// has the attributes of each.
macro_rules! rule_ids {
    ($($name:ident = $text:literal,)*) => {
        /// The id of a rule.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        pub enum RuleId {
            $(
                #[doc = concat!("`", $text, "`.")]
                #[serde(rename = $text)]
                $name,
            )*
        }

        impl RuleId {
            /// All ids.
            pub const ALL: &'static [RuleId] = &[$(RuleId::$name),*];

            /// The id as policies and reports have it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(RuleId::$name => $text,)*
                }
            }
        }
    };
}

rule_ids! {
    CommandAdded = "command-added",
    CommandOobAdded = "command-oob-added",
    CommandOobRemoved = "command-oob-removed",
    CommandPreconfigAdded = "command-preconfig-added",
    CommandPreconfigRemoved = "command-preconfig-removed",
    CommandPromoted = "command-promoted",
    CommandRemoved = "command-removed",
    CommandRemovedAfterDeprecation = "command-removed-after-deprecation",
    CommandRemovedUnstable = "command-removed-unstable",
    CommandRenamed = "command-renamed",
    CommandReturnAdded = "command-return-added",
    CommandReturnAddedNonobject = "command-return-added-nonobject",
    CommandReturnRemoved = "command-return-removed",
    CommandSuccessResponseAdded = "command-success-response-added",
    CommandSuccessResponseRemoved = "command-success-response-removed",
    ConditionAdded = "condition-added",
    ConditionChanged = "condition-changed",
    ConditionRemoved = "condition-removed",
    ConditionStated = "condition-stated",
    CpuModelAdded = "cpu-model-added",
    CpuModelRemoved = "cpu-model-removed",
    CpuOptionModelAdded = "cpu-option-model-added",
    CpuOptionModelDeprecated = "cpu-option-model-deprecated",
    CpuOptionModelRemoved = "cpu-option-model-removed",
    DeprecatedAdded = "deprecated-added",
    DeprecatedRemoved = "deprecated-removed",
    DeviceAdded = "device-added",
    DevicePropertyAdded = "device-property-added",
    DevicePropertyRemoved = "device-property-removed",
    DevicePropertyRemovedUnstable = "device-property-removed-unstable",
    DevicePropertyTypeChanged = "device-property-type-changed",
    DeviceRemoved = "device-removed",
    DocumentedDeprecatedAdded = "documented-deprecated-added",
    ErrorClassAdded = "error-class-added",
    ErrorClassRemoved = "error-class-removed",
    EventAdded = "event-added",
    EventAlternateBranchAdded = "event-alternate-branch-added",
    EventAlternateBranchRemoved = "event-alternate-branch-removed",
    EventArrayToScalar = "event-array-to-scalar",
    EventEnumValueAdded = "event-enum-value-added",
    EventEnumValueRemoved = "event-enum-value-removed",
    EventEnumValueRenamed = "event-enum-value-renamed",
    EventIntegerRangeNarrowed = "event-integer-range-narrowed",
    EventIntegerRangeWidened = "event-integer-range-widened",
    EventMemberAdded = "event-member-added",
    EventMemberBecameOptional = "event-member-became-optional",
    EventMemberBecameRequired = "event-member-became-required",
    EventMemberRenamed = "event-member-renamed",
    EventMembersMovedOutOfBranch = "event-members-moved-out-of-branch",
    EventMembersMovedToBranch = "event-members-moved-to-branch",
    EventOptionalMemberRemoved = "event-optional-member-removed",
    EventRemoved = "event-removed",
    EventRenamed = "event-renamed",
    EventRequiredMemberAdded = "event-required-member-added",
    EventRequiredMemberRemoved = "event-required-member-removed",
    EventScalarToArray = "event-scalar-to-array",
    EventStructToUnion = "event-struct-to-union",
    EventTypeChanged = "event-type-changed",
    EventTypeGeneralized = "event-type-generalized",
    EventTypeSpecialized = "event-type-specialized",
    EventUnionBranchAdded = "event-union-branch-added",
    EventUnionBranchRemoved = "event-union-branch-removed",
    EventUnionFlattened = "event-union-flattened",
    EventUnionWrapped = "event-union-wrapped",
    FeatureAdded = "feature-added",
    FeatureRemoved = "feature-removed",
    MachineTypeAdded = "machine-type-added",
    MachineTypeDeprecated = "machine-type-deprecated",
    MachineTypeRemoved = "machine-type-removed",
    OptionAdded = "option-added",
    OptionDeprecated = "option-deprecated",
    OptionParameterAdded = "option-parameter-added",
    OptionParameterDeprecated = "option-parameter-deprecated",
    OptionParameterRemoved = "option-parameter-removed",
    OptionRemoved = "option-removed",
    ReplyAlternateBranchAdded = "reply-alternate-branch-added",
    ReplyAlternateBranchRemoved = "reply-alternate-branch-removed",
    ReplyArrayToScalar = "reply-array-to-scalar",
    ReplyEnumValueAdded = "reply-enum-value-added",
    ReplyEnumValueRemoved = "reply-enum-value-removed",
    ReplyEnumValueRenamed = "reply-enum-value-renamed",
    ReplyIntegerRangeNarrowed = "reply-integer-range-narrowed",
    ReplyIntegerRangeWidened = "reply-integer-range-widened",
    ReplyMemberAdded = "reply-member-added",
    ReplyMemberBecameOptional = "reply-member-became-optional",
    ReplyMemberBecameRequired = "reply-member-became-required",
    ReplyMemberRenamed = "reply-member-renamed",
    ReplyMembersMovedOutOfBranch = "reply-members-moved-out-of-branch",
    ReplyMembersMovedToBranch = "reply-members-moved-to-branch",
    ReplyOptionalMemberRemoved = "reply-optional-member-removed",
    ReplyRequiredMemberAdded = "reply-required-member-added",
    ReplyRequiredMemberRemoved = "reply-required-member-removed",
    ReplyScalarToArray = "reply-scalar-to-array",
    ReplyStructToUnion = "reply-struct-to-union",
    ReplyTypeChanged = "reply-type-changed",
    ReplyTypeGeneralized = "reply-type-generalized",
    ReplyTypeSpecialized = "reply-type-specialized",
    ReplyUnionBranchAdded = "reply-union-branch-added",
    ReplyUnionBranchRemoved = "reply-union-branch-removed",
    ReplyUnionFlattened = "reply-union-flattened",
    ReplyUnionWrapped = "reply-union-wrapped",
    RequestAlternateBranchAdded = "request-alternate-branch-added",
    RequestAlternateBranchRemoved = "request-alternate-branch-removed",
    RequestArgumentsAnyToTyped = "request-arguments-any-to-typed",
    RequestArgumentsFlattened = "request-arguments-flattened",
    RequestArgumentsTypedToAny = "request-arguments-typed-to-any",
    RequestArgumentsWrapped = "request-arguments-wrapped",
    RequestArrayToScalar = "request-array-to-scalar",
    RequestEnumValueAdded = "request-enum-value-added",
    RequestEnumValueRemoved = "request-enum-value-removed",
    RequestEnumValueRenamed = "request-enum-value-renamed",
    RequestIntegerRangeNarrowed = "request-integer-range-narrowed",
    RequestIntegerRangeWidened = "request-integer-range-widened",
    RequestIntegerToSize = "request-integer-to-size",
    RequestMemberBecameOptional = "request-member-became-optional",
    RequestMemberBecameRequired = "request-member-became-required",
    RequestMemberMoved = "request-member-moved",
    RequestMemberMovedOutOfBranch = "request-member-moved-out-of-branch",
    RequestMemberRemoved = "request-member-removed",
    RequestMemberRenamed = "request-member-renamed",
    RequestOptionalMemberAdded = "request-optional-member-added",
    RequestRequiredMemberAdded = "request-required-member-added",
    RequestScalarToArray = "request-scalar-to-array",
    RequestStructToUnion = "request-struct-to-union",
    RequestTypeChanged = "request-type-changed",
    RequestTypeGeneralized = "request-type-generalized",
    RequestTypeSpecialized = "request-type-specialized",
    RequestUnionBranchAdded = "request-union-branch-added",
    RequestUnionBranchRemoved = "request-union-branch-removed",
    RequestUnionFlattened = "request-union-flattened",
    RequestUnionWrapped = "request-union-wrapped",
    UnstableAdded = "unstable-added",
    UnstableRemoved = "unstable-removed",
}

#[cfg(test)]
mod tests {
    use super::RuleId;
    use crate::diff::rules::{ChangeRules, rules};

    #[test]
    fn ids_are_in_the_order_of_their_texts() {
        assert!(RuleId::ALL.is_sorted_by_key(|id| id.as_str()));
    }

    #[test]
    fn each_id_has_a_rule() {
        let all = rules().changes.iter().flat_map(ChangeRules::all);
        let used: Vec<RuleId> = all.map(|rule| rule.id).collect();
        for id in RuleId::ALL {
            assert!(used.contains(id), "{}", id.as_str());
        }
    }
}
