//! The report of the upgrade from one release to another, that of `diff`.

use qapi_codegen::diff::report::{self, Report, ReportInputs, ReportSide};
use qapi_codegen::knowledge::{BuildEvidence, CommandLineEvidence, Knowledge, ReleaseData};
use qapi_codegen::schema::Schema;
use qapi_codegen::traffic::check::Checker;
use qapi_codegen::traffic::upgrade::CheckedUpgrade;
use qapi_codegen::version::Series;

use super::{Ask, Question};

/// What is known of all releases.
struct Evidence {
    knowledge: Knowledge,
    builds: BuildEvidence,
    command_lines: CommandLineEvidence,
}

impl Question {
    pub(super) fn compare(&self) -> Result<String, String> {
        let (old, new) = (self.schema(self.from)?, self.schema(self.to)?);
        let mut between = Vec::new();
        for series in self.series_between() {
            between.push(self.schema(series)?);
        }
        let evidence = Evidence {
            knowledge: self.knowledge()?,
            builds: self.builds()?,
            command_lines: self.command_lines()?,
        };
        let names = [self.from, self.to].map(|series| series.to_string());
        let inputs = ReportInputs {
            old: evidence.side(&names[0], &old),
            new: evidence.side(&names[1], &new),
            between: between.iter().collect(),
            knowledge: &evidence.knowledge,
        };
        let judge = CheckedUpgrade {
            old: evidence.checker(&old),
            new: evidence.checker(&new),
            rules: &evidence.knowledge.migrations,
        };
        let report = Report::compare_and_try(&inputs, Some(&judge));
        match self.ask {
            Ask::Report => Ok(report::html(&report)),
            _ => report::json(&report).map_err(|error| error.to_string()),
        }
    }

    /// The series between the two, in the order of the upgrade.
    fn series_between(&self) -> Vec<Series> {
        let (low, high) = (self.from.min(self.to), self.from.max(self.to));
        let all = self.series.iter().copied();
        let mut between: Vec<Series> = all.filter(|own| low < *own && *own < high).collect();
        if self.to < self.from {
            between.reverse();
        }
        between
    }
}

impl Evidence {
    fn side<'e>(&'e self, name: &'e str, schema: &'e Schema) -> ReportSide<'e> {
        let series = schema.version.series();
        ReportSide {
            name,
            schema,
            devices: Some(self.builds.release(series, None)),
            command_line: Some(self.command_lines.release(series, None)),
        }
    }

    fn checker<'e>(&'e self, schema: &'e Schema) -> Checker<'e> {
        let data = ReleaseData {
            devices: Some(&self.builds),
            command_lines: Some(&self.command_lines),
            knowledge: Some(&self.knowledge),
            ..ReleaseData::default()
        };
        Checker::new(schema, data)
    }
}
