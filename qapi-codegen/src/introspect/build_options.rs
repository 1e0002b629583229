//! The options of a build, as far as its entities show them.

use std::collections::BTreeMap;

use super::difference::{DifferenceKind, DifferenceSide, InterfaceDifference, WireLocation};
use crate::schema::Condition;

/// The build options that are known.
#[derive(Debug, Default)]
pub(super) struct BuildOptions<'c> {
    /// The known options, each with an entity that shows it.
    options: BTreeMap<&'c str, (bool, &'c WireLocation)>,
    pub conflicts: Vec<OptionConflict<'c>>,
}

/// Two entities that need one build option on and off.
#[derive(Debug)]
pub(super) struct OptionConflict<'c> {
    option: &'c str,
    /// An entity that needs the option.
    with: &'c WireLocation,
    /// An entity that needs the option to be off.
    without: &'c WireLocation,
}

impl OptionConflict<'_> {
    pub fn to_difference(&self) -> (InterfaceDifference, String) {
        let OptionConflict {
            option,
            with,
            without,
        } = self;
        let message = format!(
            "present, which requires `{option}` to be off, but so is {with}, which requires it to be on"
        );
        let left = DifferenceSide::new(format!("not({option})"), without.to_string());
        let difference = InterfaceDifference {
            location: (*without).clone(),
            kind: DifferenceKind::BuildOption,
            left: Some(left),
            right: None,
        };
        (difference, message)
    }
}

impl<'c> BuildOptions<'c> {
    /// Derives the options from the conditions of entities that the build has.
    pub fn new(satisfied: &'c [(Condition, WireLocation)]) -> Self {
        let mut options = BuildOptions::default();
        for (condition, location) in satisfied {
            options.learn(condition, true, location);
        }
        options
    }

    /// Derives single options from a condition that holds or does not.
    fn learn(&mut self, condition: &'c Condition, holds: bool, location: &'c WireLocation) {
        match (condition, holds) {
            (Condition::Defined(option), _) => {
                let entry = self.options.entry(option).or_insert((holds, location));
                if entry.0 != holds {
                    let (with, without) = match holds {
                        true => (location, entry.1),
                        false => (entry.1, location),
                    };
                    self.conflicts.push(OptionConflict {
                        option,
                        with,
                        without,
                    });
                }
            }
            (Condition::Not(operand), _) => self.learn(operand, !holds, location),
            (Condition::All(operands), true) | (Condition::Any(operands), false) => {
                operands
                    .iter()
                    .for_each(|operand| self.learn(operand, holds, location));
            }
            _ => {}
        }
    }

    /// Evaluates a condition as far as the options are known.
    pub fn evaluate(&self, condition: &Condition) -> Option<bool> {
        let evaluate_all = |operands: &[Condition], neutral: bool| {
            let results = operands.iter().map(|operand| self.evaluate(operand));
            let results: Vec<Option<bool>> = results.collect();
            if results.contains(&Some(!neutral)) {
                return Some(!neutral);
            }
            (!results.contains(&None)).then_some(neutral)
        };
        match condition {
            Condition::Defined(name) if self.is_disputed(name) => None,
            Condition::Defined(name) => self.options.get(name.as_str()).map(|(on, _)| *on),
            Condition::All(operands) => evaluate_all(operands, true),
            Condition::Any(operands) => evaluate_all(operands, false),
            Condition::Not(operand) => self.evaluate(operand).map(|holds| !holds),
            Condition::Expression(_) => None,
        }
    }

    fn is_disputed(&self, option: &str) -> bool {
        self.conflicts
            .iter()
            .any(|conflict| conflict.option == option)
    }

    /// The entity that shows the first known option of a condition.
    pub fn evidence(&self, condition: &Condition) -> Option<&'c WireLocation> {
        match condition {
            Condition::Defined(name) => self.options.get(name.as_str()).map(|known| known.1),
            Condition::All(operands) | Condition::Any(operands) => {
                operands.iter().find_map(|operand| self.evidence(operand))
            }
            Condition::Not(operand) => self.evidence(operand),
            Condition::Expression(_) => None,
        }
    }
}
