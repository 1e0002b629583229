//! Options that take the arguments of a command, rewritten by the rules for its
//! requests.

use super::super::node_names::NodeNames;
use super::CommandLineRewrite;
use super::edited::EditedOption;
use crate::json::{JsonMember, JsonStyle, JsonValue, ParsedJson, parse};
use crate::knowledge::migrations::RewriteStep;
use crate::traffic::command_line::keyval::to_flat_object;
use crate::traffic::migrate::{Migration, MigrationOutcome, Migrator, Remark};
use crate::traffic::option_text;

impl Migrator<'_> {
    /// Rewrites the devices, objects and others that the later release rejects.
    pub(super) fn rewrite_requests(&self, rewrite: &mut CommandLineRewrite) {
        for option in &mut rewrite.line.options {
            let Some(command) = self.target.command_of_option(option.name()) else {
                continue;
            };
            let is_json = option.text().starts_with('{');
            let rewritten = match (is_json, command) {
                _ if option.has_variable => None,
                (true, _) => self.rewrite_json(option, command),
                (false, "device_add") => self.rewrite_flat(option, command, "driver"),
                (false, "object-add") => self.rewrite_flat(option, command, "qom-type"),
                _ => None,
            };
            if let Some((outcome, remarks)) = rewritten {
                rewrite.outcome = rewrite.outcome.max(outcome);
                for remark in remarks {
                    if !rewrite.remarks.contains(&remark) {
                        rewrite.remarks.push(remark);
                    }
                }
            }
        }
    }

    /// Rewrites an argument of parameters without nested objects.
    fn rewrite_flat(
        &self,
        option: &mut EditedOption,
        command: &str,
        first_key: &str,
    ) -> Option<(MigrationOutcome, Vec<Remark>)> {
        let arguments = option.with_parameters(|list| to_flat_object(list, Some(first_key)));
        let migration = self.migrate_arguments(command, &arguments)?;
        let new = migration.message?;
        let new = new.get("arguments")?.members()?;
        let is_changed = replace_parameters(option, (arguments.members()?, new), first_key)?;
        let remarks = migration.remarks.into_iter();
        // Values on the command line have no JSON types.
        let remarks = remarks.filter(|remark| !self.is_about_types(remark));
        is_changed.then(|| (migration.outcome, remarks.collect()))
    }

    /// Rewrites an argument that is JSON.
    fn rewrite_json(
        &self,
        option: &mut EditedOption,
        command: &str,
    ) -> Option<(MigrationOutcome, Vec<Remark>)> {
        let old = parse(option.text()).ok()?;
        let migration = self.migrate_arguments(command, &old.value)?;
        let new = migration.message?;
        let new = new.get("arguments")?;
        let style = JsonStyle::detect(option.text());
        let is_changed = *new != old.value;
        let text = style.format(new);
        is_changed.then(|| {
            option.set_text(text);
            (migration.outcome, migration.remarks)
        })
    }

    /// Migrates the arguments of a command as a request.
    fn migrate_arguments(&self, command: &str, arguments: &JsonValue<'_>) -> Option<Migration> {
        let request = JsonValue::object([
            ("execute", JsonValue::string(command)),
            ("arguments", arguments.clone()),
        ]);
        let request = parse_again(&request)?;
        Some(self.migrate_with_nodes(&mut NodeNames::default(), &request))
    }

    /// Returns whether a remark is from a rule that only gives values their JSON
    /// types.
    fn is_about_types(&self, remark: &Remark) -> bool {
        let mut rules = self.rules.rules.iter();
        let rule = rules.find(|rule| Some(&rule.id) == remark.rule.as_ref());
        let is_typing = |step: &RewriteStep| matches!(step, RewriteStep::ParseStrings(_));
        rule.is_some_and(|rule| !rule.steps.is_empty() && rule.steps.iter().all(is_typing))
    }
}

/// Returns a value as a request that was read.
fn parse_again(request: &JsonValue<'_>) -> Option<ParsedJson<'static>> {
    parse(&JsonStyle::COMPACT.format(request))
        .ok()
        .map(ParsedJson::into_owned)
}

/// Changes the parameters of an option from old members to new ones. Returns
/// `None` if that is not possible, and whether something changed.
fn replace_parameters(
    option: &mut EditedOption,
    (old, new): (&[JsonMember<'_>], &[JsonMember<'_>]),
    first_key: &str,
) -> Option<bool> {
    let before = option.text().to_owned();
    let find = |members: &[JsonMember<'_>], name: &str| -> Option<Option<String>> {
        let member = members.iter().find(|member| member.name.value == name)?;
        Some(option_text::from_json(&member.value).map(str::to_owned))
    };
    for member in old {
        let name = &*member.name.value;
        let (own, wanted) = (find(old, name)?, find(new, name));
        let indexes = option.indexes_of(name, first_key);
        match wanted {
            None => option.remove_parameters(&indexes),
            Some(wanted) if wanted == own => {}
            Some(wanted) => {
                let (index, wanted) = (*indexes.last()?, wanted?);
                option.set_parameter(index, name, &wanted);
            }
        }
    }
    for member in new
        .iter()
        .filter(|member| find(old, &member.name.value).is_none())
    {
        option.add_parameter(&member.name.value, option_text::from_json(&member.value)?);
    }
    Some(option.text() != before)
}
