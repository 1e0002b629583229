//! Keys without a value, such as `server,nowait`, which are given one.

use super::CommandLineRewrite;
use super::edited::EditedOption;
use crate::traffic::check::CommandLineProblem;
use crate::traffic::command_line::ParameterForm;
use crate::traffic::migrate::{MigrationOutcome, Migrator, Remark};

/// Options whose keys are properties, of which QEMU warns without a value whatever
/// their type is.
const WITH_PROPERTIES: [&str; 2] = ["device", "object"];

impl Migrator<'_> {
    /// Gives values to the keys of which the later release warns.
    pub(super) fn rewrite_booleans(&self, rewrite: &mut CommandLineRewrite) {
        let mut is_changed = false;
        let deprecated = CommandLineProblem::SHORT_BOOLEANS_DEPRECATED;
        if self.target.series() < deprecated {
            return;
        }
        for option in rewrite
            .line
            .options
            .iter_mut()
            .filter(|option| option.is_option && !option.text().starts_with('{'))
        {
            is_changed |= self.write_out(option);
        }
        if is_changed {
            rewrite.outcome = rewrite.outcome.max(MigrationOutcome::Rewritten);
            rewrite.remarks.push(Remark {
                rule: None,
                since: Some(deprecated),
                message: "A key without a value is deprecated.".to_owned(),
            });
        }
    }

    fn write_out(&self, option: &mut EditedOption) -> bool {
        let name = option.name().to_owned();
        let short: Vec<(usize, String, String)> = option.with_parameters(|parameters| {
            let list = parameters.list.iter().enumerate();
            let short = list.filter(|(_, own)| {
                let is_short = matches!(own.form, ParameterForm::On | ParameterForm::Off);
                let is_property = WITH_PROPERTIES.contains(&name.as_str());
                is_short && (is_property || self.target.is_boolean(&name, own.key))
            });
            let texts =
                short.map(|(index, own)| (index, own.key.to_owned(), own.value.to_string()));
            texts.collect()
        });
        for (index, key, value) in &short {
            option.set_parameter(*index, key, value);
        }
        !short.is_empty()
    }
}
