//! The compatibility site: a page for each command, event, type, device, option,
//! machine type and CPU model of all releases, and a search over their names.
//!
//! [`pages`] writes all files from schemas and knowledge; it opens none.
//! `collect` follows entities over the series, `page` writes them as HTML with
//! the style of the report pages, `search_index` and `steps` are the data of
//! the scripts in `assets/`.

#![forbid(unsafe_code)]

pub mod address;
pub mod answer;
pub mod collect;
pub mod inputs;
pub mod page;
pub mod presence;
pub mod search_index;
pub mod steps;

use std::collections::BTreeMap;

use collect::changes::changes;
use collect::command_line::command_line_entities;
use collect::devices::devices;
use collect::entities::entities;
use inputs::SiteInputs;
use page::Site;

/// Writes all files of the site, by their paths.
pub fn pages(inputs: &SiteInputs<'_>) -> BTreeMap<String, String> {
    let programs = inputs.programs.iter().map(|program| page::Program {
        inputs: program,
        entities: entities(program),
        changes: changes(program, inputs.knowledge),
    });
    let site = Site {
        series: inputs.series,
        programs: programs.collect(),
        devices: devices(inputs.builds, inputs.series, &inputs.knowledge.migrations),
        command_line: command_line_entities(inputs.command_lines),
        knowledge: inputs.knowledge,
        has_checker: inputs.has_checker,
    };
    page::write_site(&site)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use qapi_codegen::imported::QemuProgram;
    use qapi_codegen::knowledge::builds::{Build, RecordSource};
    use qapi_codegen::knowledge::command_line::OptionTable;
    use qapi_codegen::knowledge::{
        BuildEvidence, BuildRecord, CommandLineEvidence, DeviceNotes, Knowledge,
    };
    use qapi_codegen::load::load;
    use qapi_codegen::schema::resolve;
    use qapi_codegen::validate::validate;
    use qapi_codegen::version::{Series, Version};

    use super::*;
    use crate::inputs::ProgramInputs;

    const HOSTILE: &str = "</script><b onclick=\"a\">&'x";

    /// A site of two releases and one device with a hostile name.
    fn site() -> BTreeMap<String, String> {
        let schemas = [(0, "a"), (1, "*b")].map(|(minor, member)| {
            let text = format!("{{ 'command': 'stop', 'data': {{ '{member}': 'str' }} }}");
            let files = HashMap::from([("a.json".to_owned(), text.into_bytes())]);
            let loaded = load(&files, "a.json", Version::new(10, minor, 0)).unwrap();
            resolve(&validate(loaded).expect("the schema is valid"))
        });
        let series = [Series::new(10, 0), Series::new(10, 1)];
        let mut record = BuildRecord::new(Version::new(10, 0, 0), HOSTILE, RecordSource::Asked);
        let property = [(HOSTILE.to_owned(), HOSTILE)].into_iter().collect();
        record.set_devices(BTreeMap::from([(HOSTILE.to_owned(), property)]));
        let build = Build {
            series: series[0],
            record,
        };
        let builds = BuildEvidence::new(series.to_vec(), vec![build], DeviceNotes::default());
        pages(&SiteInputs {
            series: &series,
            programs: vec![ProgramInputs::new(
                QemuProgram::Emulator,
                schemas.iter().collect(),
            )],
            builds: &builds,
            command_lines: &command_lines(&series),
            knowledge: &Knowledge::default(),
            has_checker: true,
        })
    }

    /// An option that 10.1 lacks, which nothing but a table states.
    fn command_lines(series: &[Series]) -> CommandLineEvidence {
        let options = "[option.realtime]\nuntil = \"10.0\"\nreplacement = \"-overcommit<\"\n";
        let options: OptionTable = toml::from_str(options).unwrap();
        CommandLineEvidence::new(series.to_vec(), Vec::new(), options)
    }

    #[test]
    fn options_have_their_releases() {
        let files = site();
        let page = &files["option/-realtime.html"];
        assert!(page.contains("removed in QEMU 10.1"), "{page}");
        assert!(page.contains("<pre>-overcommit&lt;</pre>"), "{page}");
        assert!(files["names.js"].contains("o\\t-realtime\\t00\\tr\\t"));
    }

    #[test]
    fn hostile_names_are_escaped() {
        for (path, content) in site() {
            assert!(!path.contains(['<', '"', '\'']), "{path}");
            // Scripts have names as data, which they show as text.
            let is_page = path.ends_with(".html");
            assert!(
                !is_page || !content.contains("<b onclick"),
                "{path}: {content}"
            );
            assert!(is_page || !content.contains("</script>"), "{path}");
        }
    }

    #[test]
    fn members_have_their_releases() {
        let files = site();
        let page = &files["command/stop.html"];
        assert!(
            page.contains("<td>10.0 or before</td><td>10.0</td>"),
            "{page}"
        );
        assert!(page.contains("<td>10.1</td><td></td>"), "{page}");
        assert!(page.contains("href=\"#in-10.1\""), "{page}");
        assert!(
            files["names.js"].contains("c\\tstop\\t01"),
            "{}",
            files["names.js"]
        );
    }
}
