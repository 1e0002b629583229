//! The compatibility site: a page for each command, event, type and device of
//! all releases, and a search over their names.
//!
//! [`pages`] writes all files from schemas and knowledge; it opens none.
//! `collect` follows entities over the series, `page` writes them as HTML with
//! the style of the report pages, `search_index` and `steps` are the data of
//! the scripts in `assets/`.

#![forbid(unsafe_code)]

pub mod address;
pub mod collect;
pub mod inputs;
pub mod page;
pub mod presence;
pub mod search_index;
pub mod steps;

use std::collections::BTreeMap;

use collect::changes::changes;
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
        devices: devices(inputs.builds, inputs.series),
        knowledge: inputs.knowledge,
    };
    page::write_site(&site)
}
