//! The page of a command, event or type.

use qapi_codegen::diff::report::html::markup::{code, escape, wrap};
use qapi_codegen::imported::QemuProgram;

use super::frame::Page;
use super::members::{MemberContext, since_text};
use super::strip::Strip;
use super::{Program, Site, changes, instead, program_name};
use crate::address::{PageKind, list_path, page_path, path_to_top};
use crate::collect::entities::Entity;
use crate::presence::Presence;

/// The number of users of a type that are listed.
const MAX_USERS: usize = 60;

/// Writes the page, with its path.
pub fn page(site: &Site<'_>, program: &Program<'_>, entity: &Entity<'_>) -> (String, String) {
    let path = page_path(program.program(), entity.kind, entity.name);
    let top = path_to_top(&path);
    let title = format!("{} ({})", entity.name, subject(program.program(), entity));
    let view = DefinitionView {
        site,
        program,
        entity,
        top: &top,
    };
    let page = Page {
        path: &path,
        title: &title,
        main: &view.main(),
        scripts: &[],
    };
    let text = page.write();
    (path, text)
}

/// The kind of an entity, with its program unless that is the emulator.
fn subject(program: QemuProgram, entity: &Entity<'_>) -> String {
    let kind = entity.type_kind.unwrap_or(entity.kind.as_str());
    match program {
        QemuProgram::Emulator => kind.to_owned(),
        program => format!("{kind} of the {}", program_name(program)),
    }
}

struct DefinitionView<'v> {
    site: &'v Site<'v>,
    program: &'v Program<'v>,
    entity: &'v Entity<'v>,
    top: &'v str,
}

impl DefinitionView<'_> {
    fn main(&self) -> String {
        let changes = self.program.changes_of(self.entity);
        let strip = Strip {
            series: &self.program.inputs.series,
            presence: &self.entity.presence,
            deprecated: &self.entity.deprecated,
            changes: &changes,
            unknown: &Presence::default(),
        };
        let is_command = self.entity.kind == PageKind::Command;
        let is_emulator = self.program.program() == QemuProgram::Emulator;
        let (whole, parts) = match is_command && is_emulator {
            true => instead::sections(self.site, self.entity.name),
            false => (String::new(), String::new()),
        };
        format!(
            "{}{}{}{}{whole}{}{}{}{parts}{}{}",
            self.breadcrumbs(),
            self.heading(),
            self.summary(),
            strip.write(),
            self.members(),
            self.returns(),
            self.remarks(),
            changes::section(&self.program.inputs.series, &changes),
            self.users(),
        )
    }

    fn breadcrumbs(&self) -> String {
        let program = self.program.program();
        let name = match program {
            QemuProgram::Emulator => self.entity.kind.plural().to_owned(),
            program => format!(
                "{} of the {}",
                self.entity.kind.plural(),
                program_name(program)
            ),
        };
        let path = list_path(program, self.entity.kind);
        format!(
            "<p class=\"crumbs\"><a href=\"{}{path}\">{name}</a></p>\n",
            self.top
        )
    }

    fn heading(&self) -> String {
        format!(
            "<h1><code>{}</code> <span class=\"kind\">{}</span>{}</h1>\n",
            escape(self.entity.name),
            subject(self.program.program(), self.entity),
            self.state_badge()
        )
    }

    fn state_badge(&self) -> String {
        let newest = self.program.inputs.newest();
        match self.removed_in() {
            Some(series) => format!(" <span class=\"badge breaking\">removed in {series}</span>"),
            None if self.entity.deprecated.contains(newest) => {
                " <span class=\"badge dangerous\">deprecated</span>".to_owned()
            }
            None => String::new(),
        }
    }

    /// The series after the last one that has the entity.
    fn removed_in(&self) -> Option<String> {
        let next = self.entity.presence.last()? + 1;
        self.program
            .inputs
            .series
            .get(next)
            .map(ToString::to_string)
    }

    fn summary(&self) -> String {
        let all = &self.program.inputs.series;
        let presence = &self.entity.presence;
        let since = since_text(all, presence, self.entity.documented_since);
        let mut text = match presence.count() == all.len() {
            true => format!(
                "In all releases from {} to {}",
                all[0],
                all[self.program.inputs.newest()]
            ),
            false => format!("In {}", presence.describe(all)),
        };
        if presence.first() == Some(0) {
            text += &format!(", since {since}");
        }
        if let Some(first) = self.entity.deprecated.first() {
            text += &format!("; deprecated since {}", all[first]);
        }
        let module = self
            .entity
            .module
            .map(|module| format!(" Module <code>{}</code>.", escape(module)));
        let replaced = self.entity.replaced_by.as_deref();
        let replaced = replaced.map(|names| format!(" Replaced by {}.", self.links(names)));
        format!(
            "<p class=\"lead\">{}.{}{}</p>\n",
            escape(&text),
            module.unwrap_or_default(),
            replaced.unwrap_or_default()
        )
    }

    /// Names joined by `and`, each linked if it is a command or event.
    fn links(&self, names: &str) -> String {
        let link = |name: &str| {
            let entities = self.program.entities.iter();
            let mut named = entities.filter(|own| own.name == name);
            match named.next() {
                Some(entity) => self.link((entity.kind, entity.name)),
                None => format!("<code>{}</code>", escape(name)),
            }
        };
        names
            .split(" and ")
            .map(link)
            .collect::<Vec<_>>()
            .join(" and ")
    }

    fn context(&self) -> MemberContext<'_> {
        MemberContext {
            program: self.program.program(),
            top: self.top,
            series: &self.program.inputs.series,
            owner: &self.entity.presence,
        }
    }

    fn members(&self) -> String {
        let title = match (self.entity.kind, self.entity.type_kind) {
            (PageKind::Command, _) => "Arguments",
            (PageKind::Event, _) => "Data",
            (_, Some("enum")) => "Values",
            (_, Some("alternate")) => "Types",
            _ => "Members",
        };
        let table = self.context().table(&self.entity.members);
        let from = self.entity.data_type.as_ref().map(|ty| {
            let link = self.context().type_link(ty);
            format!("<p class=\"since\">The members of {link}.</p>\n")
        });
        let empty = match self.entity.kind {
            PageKind::Type => "<p>None.</p>\n",
            _ => "<p>None in any release.</p>\n",
        };
        format!(
            "<section aria-labelledby=\"members\"><h2 id=\"members\">{title}</h2>\n{}{}</section>\n",
            from.filter(|_| !table.is_empty()).unwrap_or_default(),
            if table.is_empty() { empty } else { &table }
        )
    }

    fn returns(&self) -> String {
        let context = self.context();
        let all = &self.program.inputs.series;
        let many = self.entity.returns.len() > 1;
        let texts = self.entity.returns.iter().map(|(first, label)| {
            let label = label.as_ref().map(|ty| context.type_link(ty));
            let since = match many {
                true => format!(" <span class=\"since\">since {}</span>", all[*first]),
                false => String::new(),
            };
            format!(
                "<li>{}{since}</li>\n",
                label.unwrap_or("nothing".to_owned())
            )
        });
        let head = "<section aria-labelledby=\"returns\"><h2 id=\"returns\">Return value</h2>\n<ul class=\"plain\">\n";
        wrap(head, texts.collect(), "</ul></section>\n")
    }

    fn remarks(&self) -> String {
        let items = self.entity.remarks.iter();
        let mut items: String = items
            .map(|text| format!("<li>{}</li>\n", code(text)))
            .collect();
        if self.entity.name == "device_add" {
            items += &format!(
                "<li>The arguments depend on the device: <a href=\"{}devices.html\">all devices</a>.</li>\n",
                self.top
            );
        }
        let head = "<section aria-labelledby=\"remarks\"><h2 id=\"remarks\">Remarks</h2>\n<ul class=\"plain\">\n";
        wrap(head, items, "</ul></section>\n")
    }

    fn link(&self, (kind, name): (PageKind, &str)) -> String {
        let path = page_path(self.program.program(), kind, name);
        format!(
            "<a href=\"{}{path}\"><code>{}</code></a>",
            self.top,
            escape(name)
        )
    }

    fn users(&self) -> String {
        let users = &self.entity.users;
        let links: Vec<String> = users
            .iter()
            .take(MAX_USERS)
            .map(|user| self.link(*user))
            .collect();
        let more = match users.len().saturating_sub(MAX_USERS) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let head =
            "<section aria-labelledby=\"users\"><h2 id=\"users\">Used by</h2>\n<p class=\"users\">";
        wrap(head, links.join(" "), &format!("{more}</p></section>\n"))
    }
}
